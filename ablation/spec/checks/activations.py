"""The activation of the outputs, against what the loss makes of them."""

from __future__ import annotations

from collections.abc import Iterator

from ablation.spec.checks.endings import NOISE, activated_layer, activation_of
from ablation.spec.checks.findings import Finding
from ablation.spec.checks.subject import Subject, before
from ablation.spec.layers import Activation
from ablation.spec.outputs import is_of_classes, is_yes_or_no
from ablation.spec.reading.problems import Severity

PROBABILITIES = ("softmax", "sigmoid")
# Logits that are never below 0 are probabilities of at least a half.
NOT_BELOW_0 = ("relu", "relu6", "softplus", "exponential", "hard_sigmoid")
BENT = ("elu", "selu", "gelu", "silu", "mish", "tanh", "softsign")
RANGES = {
    "softmax": "0 and 1",
    "sigmoid": "0 and 1",
    "hard_sigmoid": "0 and 1",
    "relu6": "0 and 6",
    "tanh": "-1 and 1",
    "softsign": "-1 and 1",
}
LOGITS = "Leave the outputs linear: the loss takes them as logits, and evaluation makes probabilities of them."

Judgement = tuple[Severity, str, str]


def check_output_activation(subject: Subject) -> Iterator[Finding]:
    """Find outputs of an activation that the loss cannot learn from, or takes for something else."""
    last = subject.model.layers[-1]
    activation, keys = activation_of(last)
    path = ("model", "layers", last.name)
    if activation == "softmax" and subject.shapes is not None and subject.shapes.output_shape[-1:] == (1,):
        message = "softmax of one output is always 1: nothing can be learned"
        yield Finding((*path, *keys), message, "Use sigmoid, or leave the output linear.")
    elif judgement := _judge(subject, activation):
        severity, message, hint = judgement
        yield Finding((*path, *keys), message, hint, severity)


def check_hidden_probabilities(subject: Subject) -> Iterator[Finding]:
    """Find a softmax or sigmoid that is not at the very end, so that its probabilities are taken for logits."""
    last, activated = subject.model.layers[-1], activated_layer(subject.model)
    activation, keys = activation_of(activated)
    if activated is not last and activation in PROBABILITIES and is_of_classes(subject.training.loss):
        message = f"comes before {last.name}, so the loss takes its probabilities for logits"
        hint = f"Leave {activated.name} linear, or put {last.name} before it."
        yield Finding(("model", "layers", activated.name, *keys), message, hint)
    if isinstance(last, Activation) and last.activation in PROBABILITIES:
        earlier = before(subject.model, last)
        if earlier is not None and activation_of(earlier)[0] in PROBABILITIES:
            message = f"{last.activation} of probabilities: {earlier.name} has a {activation_of(earlier)[0]} already"
            path = ("model", "layers", last.name, "activation")
            yield Finding(path, message, "Keep one of the two.", "warning")


def check_output_noise(subject: Subject) -> Iterator[Finding]:
    """Find noise on the outputs themselves."""
    last = subject.model.layers[-1]
    if isinstance(last, NOISE):
        message = f"{last.kind} of the outputs themselves: what the loss sees while training is noise"
        yield Finding(("model", "layers", last.name), message, "Put it before the last dense layer.", "warning")


def _judge(subject: Subject, activation: str) -> Judgement | None:
    loss = subject.training.loss
    if subject.dataset.classes is None:
        return None if is_of_classes(loss) else _judge_numbers(activation)
    if not is_of_classes(loss):
        return None
    if is_yes_or_no(loss):
        return _judge_yes_or_no(activation, loss.kind)
    return _judge_one_of_many(activation, loss.kind)


def _judge_yes_or_no(activation: str, loss: str) -> Judgement | None:
    if activation in NOT_BELOW_0:
        return "error", f"{loss} takes {activation} as logits, which are never below 0: every answer is yes", LOGITS
    if activation == "softmax":
        hint = "Use sigmoid with this loss, or categorical_crossentropy with softmax."
        return "warning", f"{loss} asks yes or no of each output, but softmax makes them compete", hint
    return _judge_bent(activation, loss)


def _judge_one_of_many(activation: str, loss: str) -> Judgement | None:
    if activation == "sigmoid":
        hint = "Use softmax, or leave the outputs linear; sigmoid goes with binary_crossentropy."
        return "warning", f"{loss} takes probabilities that add up to 1, which sigmoids do not", hint
    if activation in NOT_BELOW_0:
        return "warning", f"{loss} takes {activation} as logits, which are never below 0", LOGITS
    return _judge_bent(activation, loss)


def _judge_bent(activation: str, loss: str) -> Judgement | None:
    if activation not in BENT:
        return None
    return "warning", f"{loss} takes {activation} as logits, which it keeps from growing freely", LOGITS


def _judge_numbers(activation: str) -> Judgement | None:
    if activation not in RANGES:
        return None
    message = f"{activation} keeps the outputs between {RANGES[activation]}, whatever the targets are"
    return "warning", message, "Leave the outputs linear, unless the targets lie in that range."
