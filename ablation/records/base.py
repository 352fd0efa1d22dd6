"""What every record is, and references to bytes."""

from pydantic import BaseModel, ConfigDict, Field

SHA256 = r"^[0-9a-f]{64}$"


class Record(BaseModel):
    """Base of every record: frozen, no unknown fields, non-finite floats written as JSON strings."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")


class BlobRef(Record):
    """A reference to immutable bytes by their digest."""

    sha256: str = Field(pattern=SHA256)
    bytes: int = Field(ge=0)
    content_type: str
