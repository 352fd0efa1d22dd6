"""A network of keras.applications without its classifier."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from ablation.catalogue import FILE_NAME, DatasetFile
from ablation.records import SHA256
from ablation.spec.addresses import require_address
from ablation.spec.base import PositiveInt, SpecModel
from ablation.spec.layers.base import Weighted

Network = Literal[
    "convnext_base",
    "convnext_large",
    "convnext_small",
    "convnext_tiny",
    "convnext_xlarge",
    "densenet121",
    "densenet169",
    "densenet201",
    "efficientnet_b0",
    "efficientnet_b1",
    "efficientnet_b2",
    "efficientnet_b3",
    "efficientnet_b4",
    "efficientnet_b5",
    "efficientnet_b6",
    "efficientnet_b7",
    "efficientnet_v2_b0",
    "efficientnet_v2_b1",
    "efficientnet_v2_b2",
    "efficientnet_v2_b3",
    "efficientnet_v2_l",
    "efficientnet_v2_m",
    "efficientnet_v2_s",
    "inception_resnet_v2",
    "inception_v3",
    "mobilenet",
    "mobilenet_v2",
    "mobilenet_v3_large",
    "mobilenet_v3_small",
    "nasnet_large",
    "nasnet_mobile",
    "resnet101",
    "resnet101_v2",
    "resnet152",
    "resnet152_v2",
    "resnet50",
    "resnet50_v2",
    "vgg16",
    "vgg19",
    "xception",
]
NETWORKS_WITH_ALPHA = ("mobilenet", "mobilenet_v2", "mobilenet_v3_large", "mobilenet_v3_small")


class WeightsFile(SpecModel):
    """Weights of a file that `load_weights` reads; searched in the cache and on the mirror of datasets."""

    file: str = Field(pattern=FILE_NAME, description="Its name.", examples=["features.weights.h5"])
    sha256: str = Field(
        pattern=SHA256, description="Its digest; a file with another one is not read.", examples=["0" * 64]
    )
    url: Annotated[str, Field(pattern=r"^https://"), AfterValidator(require_address)] | None = Field(
        default=None,
        description="Where it is published.",
        examples=["https://example.org/features.weights.h5"],
    )

    @property
    def published(self) -> DatasetFile:
        """The file as it is fetched and verified."""
        return DatasetFile(name=self.file, url=self.url, sha256=(self.sha256,))


Weights = Annotated[
    Annotated[Literal["imagenet", "none"], Tag("name")] | Annotated[WeightsFile, Tag("file")],
    Discriminator(lambda value: "name" if isinstance(value, str) else "file"),
]


class Backbone(Weighted):
    """A network of keras.applications, without its classifier. Takes images with values from 0 to 255."""

    kind: Literal["backbone"]
    network: Network = Field(description="Which one.", examples=["mobilenet_v2"])
    weights: Weights = Field(default="imagenet", description="imagenet, none (drawn at random), or a file.")
    alpha: float | None = Field(
        default=None, gt=0, le=2, description="Width of a MobileNet; 1.0 when left out.", examples=[0.35]
    )
    trainable: bool = Field(
        default=False,
        description="Whether its weights are trained; one that a phase unfreezes stays in inference mode.",
    )
    trainable_layers: PositiveInt | None = Field(
        default=None,
        description="Where it is trained, only so many of its last layers are.",
        examples=[20],
    )
    learning_rate_factor: float | None = Field(
        default=None, gt=0, le=1, description="Its weights learn at this share of the learning rate.", examples=[0.1]
    )
    preprocess: bool = Field(default=True, description="Whether the network's own scaling of pixels is applied.")

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.alpha is not None and self.network not in NETWORKS_WITH_ALPHA:
            context = {"network": self.network, "networks": ", ".join(NETWORKS_WITH_ALPHA)}
            raise PydanticCustomError("no_alpha", "{network} has no alpha; only {networks} have one", context)
        return self
