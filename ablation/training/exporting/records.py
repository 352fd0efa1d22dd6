"""What a process that exports a model is told, and what is said beside the model of what it takes and gives."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, JsonValue

from ablation.catalogue import Dataset
from ablation.data import PreparedRef
from ablation.records import ModelFormat, Record
from ablation.settings import Settings
from ablation.spec import Trial

INPUTS = "inputs.json"
# A SavedModel is a folder; it is published as one archive, since an address gives one object.
EXPORTED: dict[ModelFormat, str] = {
    "keras": "model.keras",
    "saved_model": "saved_model.zip",
    "tflite": "model.tflite",
    "onnx": "model.onnx",
}


class ExportJob(Record):
    """One trained model to write in one format, and to compare."""

    trial: Trial
    dataset: Dataset
    prepared: PreparedRef
    cache_dir: str
    threads: int = Field(ge=1)
    format: ModelFormat
    model: str = Field(description="The file model.keras.")
    predictions: str = Field(description="The file of the outputs that the model had when it was trained.")

    @property
    def settings(self) -> Settings:
        """Settings that find prepared data."""
        return Settings(cache_dir=Path(self.cache_dir))


class InputContract(Record):
    """What an exported model takes and gives: inputs.json."""

    schema_version: Literal[1] = 1
    dtype: str = Field(description="Of a batch of samples.")
    shape: tuple[int, ...] = Field(description="Of one sample; a batch has one axis more, the first.")
    outside: tuple[str, ...] = Field(description="What must be done to a sample of the dataset before, in order.")
    inside: tuple[dict[str, JsonValue], ...] = Field(
        description="What the exported model does itself, in order: steps of data.normalize, with what was fitted."
    )
    model_keras: str = Field(description="What model.keras takes, which has none of it inside.")
    tflite_batch: int | None = Field(description="Samples at a time that model.tflite takes; None: any number.")
    precision: str = Field(description="What the exported model computes in.")
    outputs: int = Field(ge=1, description="Numbers that it gives of one sample, float32.")
    meaning: str = Field(description="Of the outputs.")
    classes: tuple[str, ...] | None = Field(description="Names in the order of their labels; None for a regression.")
