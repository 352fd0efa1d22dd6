"""Which trials the pre-flight cannot tell apart: one look at their model is enough for all of them."""

from __future__ import annotations

from ablation.spec import Trial, TrialSpec
from ablation.spec.schedules import ConstantRate

POOL = 32  # samples that are drawn, whatever the batch size


def looked_at(trial: Trial) -> TrialSpec:
    """Return a trial's spec with the settings that a pre-flight does not read at one value each.

    Trials of one seed that agree in it start with the same model, see the same samples and learn by the same rule.
    """
    wanted = trial.spec.training.batch_size
    unread = {
        "epochs": 1,
        "batch_size": POOL if wanted == "all" else min(wanted, POOL),
        "schedule": ConstantRate(kind="constant"),
        "metrics": (),
        "early_stopping": None,
    }
    return trial.spec.model_copy(update={"training": trial.spec.training.model_copy(update=unread)})
