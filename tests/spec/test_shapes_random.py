"""Random small models: we and Keras accept them with the same figures, or both refuse them."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from ablation.spec import ModelSpec, ShapeError, model_shapes

from .keras_models import REFUSALS, keras_model, numbers_in

Figures = tuple[tuple[int | None, ...], int | None, int | None]

small = st.integers(1, 4)
sizes = small | st.lists(small, min_size=2, max_size=2)
paddings = st.sampled_from(["valid", "same"])
targets = st.lists(small | st.just(-1), min_size=1, max_size=3).filter(lambda shape: shape.count(-1) <= 1)
axes = st.sampled_from([-4, -3, -2, -1, 1, 2, 3, 4])


def kind(name: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.just(name), **fields})


recurrent = st.one_of(
    kind("lstm", units=small, return_sequences=st.booleans()),
    kind("gru", units=small, return_sequences=st.booleans(), reset_after=st.booleans()),
)
layers = st.one_of(
    kind("dense", units=small, use_bias=st.booleans()),
    kind("embedding", input_dim=small, output_dim=small),
    kind("conv1d", filters=small, kernel_size=small, strides=small, padding=paddings, groups=small),
    kind("conv2d", filters=small, kernel_size=sizes, strides=sizes, padding=paddings, dilation_rate=sizes),
    kind("depthwise_conv2d", kernel_size=sizes, strides=small, padding=paddings, depth_multiplier=small),
    kind("separable_conv2d", filters=small, kernel_size=sizes, dilation_rate=sizes, padding=paddings),
    kind("max_pooling1d", pool_size=small, padding=paddings),
    kind("average_pooling2d", pool_size=sizes, strides=sizes, padding=paddings),
    kind("global_average_pooling1d", keepdims=st.booleans()),
    kind("global_max_pooling2d", keepdims=st.booleans()),
    kind("flatten"),
    kind("reshape", target_shape=targets),
    kind("zero_padding1d", padding=small),
    kind("zero_padding2d", padding=sizes),
    kind("prelu", shared_axes=st.lists(small, min_size=1, max_size=2)),
    kind("dropout", rate=st.just(0.5)),
    kind("spatial_dropout1d", rate=st.just(0.5)),
    kind("spatial_dropout2d", rate=st.just(0.5)),
    kind("batch_normalization", axis=axes, center=st.booleans()),
    kind("layer_normalization", axis=axes, scale=st.booleans()),
    kind("group_normalization", groups=small),
    recurrent,
    kind("bidirectional", layer=recurrent, merge_mode=st.sampled_from(["concat", "sum"])),
    kind("add"),
    kind("concatenate", axis=st.sampled_from([-1, 1, 2, 3])),
)


@st.composite
def models(draw: st.DrawFn) -> ModelSpec:
    stack = draw(st.lists(layers, min_size=1, max_size=4))
    names = ["INPUT"]
    for index, fields in enumerate(stack):
        if fields["kind"] in ("add", "concatenate"):
            fields["inputs"] = [names[-1], draw(st.sampled_from(names))]
        names.append(f"layer_{index}")
        fields["name"] = names[-1]
    return ModelSpec.model_validate({"layers": stack})


@given(models(), st.lists(st.integers(1, 9), min_size=1, max_size=3).map(tuple))
@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_random_model_is_accepted_with_the_figures_of_keras_or_refused_by_both(
    spec: ModelSpec, input_shape: tuple[int, ...]
) -> None:
    expected = figures_of_keras(spec, input_shape)
    event("refused" if expected is None else f"accepted with {len(spec.layers)} layers")
    assert our_figures(spec, input_shape) == expected


def our_figures(spec: ModelSpec, input_shape: tuple[int, ...]) -> Figures | None:
    try:
        shapes = model_shapes(spec, input_shape)
    except ShapeError:
        return None
    return shapes.output_shape, shapes.parameters, shapes.trainable_parameters


def figures_of_keras(spec: ModelSpec, input_shape: tuple[int, ...]) -> Figures | None:
    try:
        model = keras_model(spec, input_shape)
    except REFUSALS:
        return None
    return tuple(model.output_shape[1:]), model.count_params(), numbers_in(model.trainable_weights)
