"""`ablate data`: the datasets a study can name, and bringing one to this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands.preview import preview
from cli.failures import reported
from cli.options import AsJson

if TYPE_CHECKING:
    from ablation.catalogue import Dataset

app = typer.Typer(
    name="data",
    help="The datasets a study can name, and the digests of your own files.\n\nExample: ablate data fetch mnist",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)

app.command("preview")(preview)

Name = Annotated[str, typer.Argument(metavar="NAME", help="A dataset, e.g. mnist.", show_default=False)]

Paths = Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files or folders.", show_default=False)]


@app.command("list")
def list_datasets(as_json: AsJson = False) -> None:
    """List the datasets, and whether they are on this machine.

    Example: ablate data list
    """
    with reported(as_json=as_json):
        from ablation.catalogue import catalogue

        rows = [_row(dataset) for dataset in catalogue().values()]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
    else:
        _print_list(rows)


@app.command("show")
def show_dataset(name: Name, as_json: AsJson = False) -> None:
    """Show all that is known of a dataset: addresses, digests, and where it is on this machine.

    Example: ablate data show mnist
    """
    with reported(as_json=as_json):
        document = _document(name)
    if as_json:
        typer.echo(json.dumps(document, indent=2))
        return
    for key, value in document.items():
        if key != "forms" and value not in (None, []):
            typer.echo(f"{key}: {value}")
    for form in document["forms"]:
        _print_form(form)


@app.command("fetch")
def fetch(name: Name, as_json: AsJson = False) -> None:
    """Bring a dataset to this machine: fetch, verify, decode. A download that broke off goes on.

    Example: ablate data fetch mnist
    """
    with reported(as_json=as_json):
        directory = _fetch(name)
        document = {"name": name, "directory": str(directory), "files": _document(name)["here"]}
    if as_json:
        typer.echo(json.dumps(document, indent=2))
    else:
        typer.echo(f"{name}: verified and decoded in {directory}")


@app.command("digest")
def digest(paths: Paths, as_json: AsJson = False) -> None:
    """Print the sha256 of files and folders, for a spec that names them as its own data.

    Example: ablate data digest data/wine.csv data/photos
    """
    with reported(as_json=as_json):
        rows = [{"path": str(path), "sha256": _digest(path)} for path in paths]
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        typer.echo(f"{row['sha256']}  {row['path']}")


def _digest(path: Path) -> str:
    from ablation.data import DataError, path_digest

    try:
        return path_digest(path)
    except OSError as error:
        raise DataError(
            f"{path}: {error.strerror}. Paths are relative to the working directory, {Path.cwd()}."
        ) from error


def _fetch(name: str) -> Path:
    from ablation.pipeline import choose_dataset, fetch_dataset
    from ablation.settings import Settings
    from ablation.store import open_store
    from cli.display.transfers import showing_transfers

    settings = Settings()
    settings.require_cache()
    with open_store(settings) as store, showing_transfers() as show:
        return fetch_dataset(choose_dataset(name), store, settings, show)


def _row(dataset: Dataset) -> dict[str, Any]:
    from ablation.data import is_here
    from ablation.settings import Settings

    facts = dataset.model_dump(mode="json", include={"name", "title", "task", "classes", "samples", "licence"})
    sizes = [file.bytes for file in dataset.files]
    is_known = all(size is not None for size in sizes)
    return facts | {
        "bytes": sum(size or 0 for size in sizes) if is_known else None,
        "is_cached": is_here(dataset, Settings()),
    }


def _document(name: str) -> dict[str, Any]:
    from ablation.catalogue import catalogue
    from ablation.data import cached_file
    from ablation.pipeline import choose_dataset
    from ablation.settings import Settings

    dataset = catalogue()[choose_dataset(name).name]
    paths = [cached_file(file, Settings()) for form in dataset.editions for file in form.files]
    facts = dataset.model_dump(mode="json", exclude={"format", "files", "content_sha256", "alternatives"})
    forms = [form.model_dump(mode="json", include={"format", "files", "content_sha256"}) for form in dataset.editions]
    here = {"is_cached": _row(dataset)["is_cached"], "here": [str(path) for path in paths if path is not None]}
    return facts | here | {"forms": forms}


def _print_list(rows: list[dict[str, Any]]) -> None:
    """Print two lines a dataset: no name or licence is cut, whatever the terminal's width."""
    for row in rows:
        what = f"{row['classes']} classes" if row["classes"] else row["task"]
        samples = f"{row['samples']:,} samples" if row["samples"] else "samples unknown"
        place = "in the cache" if row["is_cached"] else "not fetched"
        typer.echo(f"{row['name']}  {what}, {samples}, {_size(row['bytes'])}, {place}")
        typer.echo(f"    {row['title']}\n    Licence: {row['licence']}")


def _print_form(form: dict[str, Any]) -> None:
    typer.echo(f"form: {form['format']['kind']}")
    typer.echo(f"    content sha256: {form['content_sha256'] or 'unknown'}")
    for file in form["files"]:
        typer.echo(f"    {file['name']}: {_size(file['bytes'])}, {file['url'] or 'only on a mirror'}")
        for digest in file["sha256"]:
            typer.echo(f"        sha256: {digest}")


def _size(count: int | None) -> str:
    if count is None:
        return "size unknown"
    return f"{count / 1e6:.1f} MB" if count else "nothing to download"
