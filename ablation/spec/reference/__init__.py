"""The language read back from its models: JSON Schema for editors, Markdown for people."""

from __future__ import annotations

from ablation.spec.reference.document import reference
from ablation.spec.reference.families import FAMILIES, Family
from ablation.spec.reference.schema import json_schema, schema_text

__all__ = ["FAMILIES", "Family", "json_schema", "reference", "schema_text"]
