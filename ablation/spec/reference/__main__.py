"""`python -m ablation.spec.reference` writes docs/spec.md and docs/spec.schema.json anew."""

from __future__ import annotations

from pathlib import Path

from ablation.spec.reference import reference, schema_text

DOCS = Path("docs")


def main() -> None:
    """Write both files below the working directory."""
    (DOCS / "spec.md").write_text(reference(), encoding="utf-8")
    (DOCS / "spec.schema.json").write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
