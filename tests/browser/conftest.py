"""Debian's Chromium without a window, and the page of a large study as files and in a store."""

from __future__ import annotations

import http.server
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from ablation.browsing import browsing
from ablation.report import render_study
from ablation.report.charts.figures import study_figures
from ablation.report.page.page import study_page
from ablation.store import publish_run
from ablation.store.embedded import BUCKET, embedded_server
from tests.conftest import embedded_store
from tests.report.rich import rich_study
from tests.summaries import effect, run, summary

ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
DESKTOP, PHONE = {"width": 1200, "height": 900}, {"width": 360, "height": 740}
KEY = "studies/mnist-regularisers/20261121-0412-7f3a/index.html"


@dataclass
class Watched:
    """A page, and all that it did beside being shown."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def others(self) -> list[str]:
        """Every request but the one for the page itself; what is inside the page is none."""
        inside = ("data:", "blob:")
        return [url for url in self.requests if url != self.address and not url.startswith(inside)]


Opener = Callable[..., Watched]


def chromium() -> str:
    """Return where Chromium is."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.fail("Chromium is not installed. `make test-browser` installs it where it may.", pytrace=False)
    return found


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver of browsers."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for all tests; each test has a context of its own."""
    launched = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
    yield launched
    launched.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Open addresses in fresh contexts, watched from the first request on."""
    contexts = []

    def open_address(address: str, *, viewport: dict[str, int] = DESKTOP, **options: Any) -> Watched:
        context = browser.new_context(viewport=viewport, accept_downloads=True, **options)
        contexts.append(context)
        watched = Watched(context.new_page(), address)
        watched.page.on("console", lambda message: watched.complaints.append(message.text))
        watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        watched.page.on("dialog", lambda dialog: (watched.complaints.append("dialog"), dialog.dismiss()))
        watched.page.on("request", lambda request: watched.requests.append(request.url))
        watched.page.goto(address, wait_until="load")
        return watched

    yield open_address
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of a run of 20 variants, 5 seeds and 60 epochs."""
    root = tmp_path_factory.mktemp("page")
    for name, content in render_study(rich_study()):
        (root / name).write_bytes(content)
    return root


@pytest.fixture(scope="session")
def file_address(folder: Path) -> str:
    """The page as a file."""
    return (folder / "index.html").as_uri()


@pytest.fixture(scope="session")
def small_address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of four variants and three seeds, with every section: what looks at each element takes its time."""
    report = rich_study(("baseline", "dropout", "weight_decay", "wider"), seeds=3, epochs=10)
    path = tmp_path_factory.mktemp("small") / "index.html"
    path.write_bytes(study_page(report, {figure.name: figure for figure in study_figures(report)}))
    return path.as_uri()


@pytest.fixture(scope="session")
def website_address(folder: Path) -> Iterator[str]:
    """The page on a website."""
    handler = partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/index.html"
        server.shutdown()


@pytest.fixture(scope="session")
def presigned_address(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page in a private bucket, signed for an hour."""
    with embedded_server(tmp_path_factory.mktemp("bucket")) as server:
        client = boto3.client(
            "s3",
            endpoint_url=server.endpoint_url,
            region_name="us-east-1",
            config=Config(signature_version="s3v4"),
            aws_access_key_id=server.credentials.access_key,
            aws_secret_access_key=server.credentials.secret_key,
        )
        client.put_object(Bucket=BUCKET, Key=KEY, Body=(folder / "index.html").read_bytes(), ContentType="text/html")
        yield client.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": KEY}, ExpiresIn=3600)


@pytest.fixture(scope="session")
def browse_address(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page as `ablate browse` serves it."""
    with embedded_store(tmp_path_factory.mktemp("browse")) as store:
        manifest = run("20261121-041200-7f3a1c", summary(effect("l2", -0.2, trials="all")))
        publish_run(store, manifest, {path.name: path.read_bytes() for path in folder.iterdir()})
        with browsing(store, 0, lambda machine, owner: False) as address:
            yield f"{address}studies/{manifest.study}/{manifest.run_id}/index.html"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass
