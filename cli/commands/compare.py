"""`ablate compare`: what differs between two published runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.failures import reported
from cli.options import AsJson

if TYPE_CHECKING:
    from ablation.inspection import RunContrast

First = Annotated[
    str, typer.Argument(metavar="RUN", help="A run id, a unique prefix of one, or `latest`.", show_default=False)
]
Second = Annotated[
    str,
    typer.Argument(
        metavar="RUN", help="Another one, which is compared with it; `latest` when left out.", show_default=False
    ),
]


def compare_runs(first: First, second: Second = "latest", as_json: AsJson = False) -> None:
    """Compare two runs: spec, data, code, versions; each variant's metric, paired by seed; changed verdicts.

    A trial that both runs show is one and the same, so it is counted and not compared.

    Example: ablate compare 20261121-041200 latest
    """
    with reported(as_json=as_json):
        contrast = _contrast(first, second)
    if as_json:
        typer.echo(contrast.model_dump_json(indent=2))
        return
    from cli.display.contrast_report import print_contrast

    print_contrast(contrast)


def _contrast(first: str, second: str) -> RunContrast:
    from ablation.inspection import contrast_runs, read_published
    from ablation.settings import Settings
    from ablation.store import open_store, resolve_run
    from cli.failures import WrongOption

    with open_store(Settings()) as store:
        manifests = [resolve_run(store, name) for name in (first, second)]
        if len({(each.study, each.run_id) for each in manifests}) == 1:
            raise WrongOption(f"both are the same run, {manifests[0].run_id}: give another one to compare it with.")
        return contrast_runs(*(read_published(store, manifest) for manifest in manifests))
