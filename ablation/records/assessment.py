"""How a trained model does on the samples of its test part: what it confuses, how sure it is, where it errs most."""

from typing import Literal

from pydantic import Field

from ablation.records.base import Record


class Confusion(Record):
    """How often each class was taken for each other one."""

    labels: tuple[str, ...] = Field(description="Names of the classes, or their numbers.")
    counts: tuple[tuple[int, ...], ...] = Field(description="Samples; a row a true class, a column a predicted one.")


class ReliabilityBin(Record):
    """Predictions of about one confidence, and how many of them were right."""

    low: float = Field(ge=0, le=1, description="The least confidence of the bin.")
    high: float = Field(ge=0, le=1, description="The largest confidence of the bin.")
    count: int = Field(ge=0, description="Samples in it.")
    confidence: float | None = Field(description="Mean probability of the predicted class; None in an empty bin.")
    accuracy: float | None = Field(description="Share of right predictions; None in an empty bin.")


class Residuals(Record):
    """Prediction - target of a regression, over the test part."""

    mean: float
    sd: float
    quantiles: dict[str, float] = Field(description="By share, e.g. 0.05, 0.5, 0.95.")
    edges: tuple[float, ...] = Field(description="Of the histogram's bins; one more than counts.")
    counts: tuple[int, ...] = Field(description="Samples by bin.")


class Mistake(Record):
    """A sample that the model is confidently wrong about."""

    index: int = Field(ge=0, description="Row of the sample in the test part.")
    truth: str
    predicted: str
    probability: float | None = Field(default=None, description="Of the predicted class.")
    loss: float = Field(description="Of this sample.")
    image: str | None = Field(default=None, description="PNG in base64, of image data.")


class Assessment(Record):
    """What one trained model does on its test part; published as assessment.json."""

    schema_version: Literal[1] = 1
    samples: int = Field(ge=0, description="Of the test part.")
    not_finite: int = Field(default=0, ge=0, description="Of them, those whose outputs are not; nothing here has them.")
    confusion: Confusion | None = Field(default=None, description="None for numbers, and for more than 100 classes.")
    calibration_error: float | None = Field(default=None, description="Expected calibration error, 0 to 1.")
    reliability: tuple[ReliabilityBin, ...] = ()
    residuals: Residuals | None = None
    mistakes: tuple[Mistake, ...] = Field(default=(), description="The worst first.")
