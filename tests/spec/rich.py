"""A spec that sets much of what can be set, so that tests reach it."""

from __future__ import annotations

RICH = """\
study: rich
data:
  dataset: digits
  subset: {train: 600, test: 200}
  validation: {fraction: 0.25}
  labels: {noise: 0.125}
  normalize: [{kind: rescale, scale: 0.0625, offset: 0.5}]
model:
  layers:
    - {kind: reshape, name: image, target_shape: [8, 8, 1]}
    - {kind: conv2d, name: conv, filters: 4, kernel_size: 3, padding: same, use_bias: false}
    - {kind: batch_normalization, name: norm, momentum: 0.5, epsilon: 0.01, center: true}
    - {kind: relu, name: act, negative_slope: 0.25}
    - kind: residual
      name: block
      shortcut: projection
      activation: elu
      layers:
        - kind: conv2d
          name: inner
          filters: 4
          kernel_size: [3, 3]
          padding: same
          kernel_regularizer: {kind: l2, factor: 0.5}
    - {kind: concatenate, name: joined, inputs: [act, block]}
    - {kind: flatten, name: flat}
    - {kind: dropout, name: drop, rate: 0.5}
    - {kind: dense, name: output, units: 10, kernel_initializer: {kind: random_uniform, minval: -0.5, maxval: 0.5}}
training:
  optimizer: {kind: sgd, learning_rate: 0.5, momentum: 0.5, nesterov: false, clipnorm: 2.0}
  schedule: {kind: cosine, warmup_steps: 3, decay_steps: 20, final_factor: 0.25}
  loss: {kind: categorical_crossentropy, label_smoothing: 0.125}
  metrics: [accuracy, f1]
  class_weights: balanced
  epochs: 2
  batch_size: 32
  sparse_inputs: true
  phases: [{name: late, epochs: 1, learning_rate: 0.25, freeze: [conv]}]
  early_stopping: {monitor: val_loss, patience: 3, min_delta: 0.125, start_from_epoch: 1, restore_best: true}
"""
