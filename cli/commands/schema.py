"""`ablate schema`: the JSON Schema of the spec, for editors."""

from __future__ import annotations

import typer

from cli.options import AsJson


def print_schema(as_json: AsJson = False) -> None:
    """Print the JSON Schema of a spec file. Editors complete and check specs with it; `--json` changes nothing.

    Example: ablate schema > spec.schema.json
    """
    from ablation.spec.reference import schema_text

    typer.echo(schema_text(), nl=False)
