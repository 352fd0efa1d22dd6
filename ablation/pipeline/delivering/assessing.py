"""What a trained model does on its test part, with the samples that it is most wrong about."""

from __future__ import annotations

import numpy as np

from ablation.data import materialize
from ablation.data.describing import class_names, decoded_splits, is_image, thumbnails
from ablation.evaluation import Predictions
from ablation.evaluation.assessing import assess
from ablation.pipeline.records import PlannedTrial
from ablation.records import Assessment
from ablation.settings import Settings


def assess_test_part(of: Predictions, planned: PlannedTrial, settings: Settings) -> Assessment:
    """Return confusions, calibration, residuals and the worst mistakes; these with their pictures, of image data.

    Args:
        of: Outputs and labels of the test part.
        planned: The trial.
        settings: Where the decoded dataset is, from which the pictures are taken: as nobody has normalised them.
    """
    directory = materialize(planned.dataset, settings)
    classes = planned.dataset.classes
    assessment = assess(of, class_names(directory, classes) if classes else ())
    if not assessment.mistakes:
        return assessment
    trial = planned.trial
    test = decoded_splits(directory, trial.spec.data, planned.dataset, trial.seed)["test"]
    if not is_image(test.sample_shape):
        return assessment
    images = thumbnails(test.take(np.array([mistake.index for mistake in assessment.mistakes])))
    pictured = tuple(
        mistake.model_copy(update={"image": image}) for mistake, image in zip(assessment.mistakes, images, strict=True)
    )
    return assessment.model_copy(update={"mistakes": pictured})
