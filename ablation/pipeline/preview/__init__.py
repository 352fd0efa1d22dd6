"""The data of one trial as a person looks at it before training: numbers, and a sheet to draw."""

from ablation.pipeline.preview.facts import DataPreview
from ablation.pipeline.preview.previewing import preview_data

__all__ = ["DataPreview", "preview_data"]
