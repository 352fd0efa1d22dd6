"""What must not happen whatever a spec says: markup that runs, keys that lead elsewhere, secrets that are published."""

from __future__ import annotations

import json
import os
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from ablation.store.embedded import BUCKET, EmbeddedServer, embedded_server
from tests.conftest import TINY, Project, new_project
from tests.report.studies import Page

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("prefect")]

MARKUP = "<script>alert('1')</script>"
QUESTION = f'{MARKUP} "quoted" \'s\n ../../evil %2e%2e/ {{{{ 7*7 }}}} [x](javascript:alert(1)) ünï → 日本 \u202e'
SPEC = "a 'b' <i>.yaml"
SECRETS = {
    "OPENAI_API_KEY": "sk-0penAiSecretOfATest",
    "PREFECT_API_KEY": "pnu_Pref3ctSecretOfATest",
    "TOKEN": "t0kenOfATest",
}
INDEXES = ("index.html", "studies/tiny/index.html")
KNOWN = {"blobs", "datasets", "index.html", "studies", "trials"}
# The third variant's model cannot be built: its error is published, too.
STUDY = (
    TINY.replace("question: Does anything happen at all?", f"question: {json.dumps(QUESTION)}")
    .replace("study: tiny\n", f"study: tiny\nsource: {json.dumps(QUESTION)}\n")
    .replace("seeds: [0, 1]", "seeds: [0]")
    + "  broken: {set: {model.layers.hidden.kernel_constraint: {kind: max_norm, axis: 3}}}\n"
)


@dataclass(frozen=True)
class Attacked:
    """A run whose every text is an attack, with secrets in its environment."""

    project: Project
    server: EmbeddedServer
    said: str
    code: int

    @property
    def folder(self) -> Path:
        return next(self.server.root.glob("studies/tiny/*/manifest.json")).parent

    @property
    def secrets(self) -> list[str]:
        return [*SECRETS.values(), self.server.credentials.secret_key]


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory, prefect_api_url: str) -> Iterator[Attacked]:
    project = new_project(tmp_path_factory.mktemp("attacked"), prefect_api_url)
    with embedded_server(tmp_path_factory.mktemp("store") / "objects") as server:
        project.environment.update(environment_of(server) | SECRETS)
        completed = project.run("run", project.write(STUDY, SPEC), "--skip-preflight")
        yield Attacked(project, server, completed.stdout + completed.stderr, completed.returncode)


def environment_of(server: EmbeddedServer) -> dict[str, str]:
    """Return what a command needs to use a server as a store on the network."""
    return {
        "ABLATION_STORE": f"s3://{BUCKET}",
        "AWS_ENDPOINT_URL_S3": server.endpoint_url,
        "AWS_ACCESS_KEY_ID": server.credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": server.credentials.secret_key,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def test_texts_of_a_spec_stay_texts_wherever_they_are_published(attacked: Attacked, prefect_api_url: str) -> None:
    pages = [attacked.folder / "index.html", *(attacked.server.root / name for name in INDEXES)]
    for path in pages:
        page = Page(path.read_bytes())
        assert "i" not in [tag for tag, _ in page.tags]
        # What a page runs is its own, named by digest in its policy; data of a study cannot end the element it is in.
        assert sum(tag == "script" for tag, _ in page.tags) == (2 if path is pages[0] else 0)
        assert not any("javascript:" in str(value) for _, attributes in page.tags for value in attributes.values())
        assert page.open == []
    assert MARKUP in Page(pages[0].read_bytes()).text
    assert "ünï → 日本" in Page(pages[0].read_bytes()).text
    card = (attacked.folder / "model_card.md").read_text(encoding="utf-8")
    assert "&lt;script&gt;" in card
    assert not re.search(r"<script|(?<!\\)\]\(javascript", card)
    assert not [path for path in attacked.folder.rglob("*.svg") if b"<script" in path.read_bytes()]
    artifacts = httpx.post(f"{prefect_api_url}/artifacts/filter", json={}).text
    assert "<script" not in artifacts


def test_keys_are_plain_whatever_a_spec_says(attacked: Attacked) -> None:
    keys = [path.relative_to(attacked.server.root).as_posix() for path in attacked.server.root.rglob("*")]
    assert len(keys) > 20
    assert [key for key in keys if not re.fullmatch(r"[A-Za-z0-9_./-]+", key)] == []
    assert {key.split("/")[0] for key in keys} <= KNOWN
    assert sorted(path.name for path in attacked.project.directory.iterdir()) == [".ablation-cache", SPEC]


def test_secrets_of_the_environment_are_in_no_published_byte_and_no_log(attacked: Attacked) -> None:
    assert attacked.code == 1  # the trial that cannot be built
    places = (attacked.server.root, attacked.project.directory, Path(os.environ["PREFECT_HOME"]))
    contents = [content for place in places for content in contents_below(place)]
    assert len(contents) > 50
    for secret in attacked.secrets:
        assert secret not in attacked.said
        assert not [name for name, content in contents if secret.encode() in content]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "wrong-secret"}, "SignatureDoesNotMatch"),
        ({"AWS_ACCESS_KEY_ID": "wrong-key"}, "Correct AWS_ACCESS_KEY_ID"),
        ({"ABLATION_STORE": "s3://not-there"}, "NoSuchBucket"),
    ],
)
def test_store_that_lets_nobody_in_is_said_in_one_line_and_ends_with_5(
    wrong: dict[str, str], said: str, project: Project, server: EmbeddedServer
) -> None:
    project.environment.update(environment_of(server) | wrong)
    refused = project.call("run", project.write())
    assert refused.returncode == 5
    reason, *advice = refused.stderr.splitlines()
    assert said in reason
    assert advice == ["  Nothing was trained; with --offline-ok trials wait for it."]
    assert "wrong-secret" not in refused.stderr + refused.stdout
    assert not (project.directory / ".ablation-cache" / "runs").exists()


@pytest.mark.parametrize("name", ["../evil", "a/b", "<b>", "Tiny", "a b", 'a"b', "a\nb", "ü", "a.b", "", "a" * 64])
def test_name_that_could_lead_elsewhere_is_refused(name: str, tmp_path: Path) -> None:
    project = new_project(tmp_path, "http://127.0.0.1:9/api")  # nobody is asked
    project.write(TINY.replace("study: tiny", f"study: {json.dumps(name)}"))
    refused = project.call("run", "study.yaml")
    assert refused.returncode == 2
    assert "study.yaml:1: study: must be lower-case letters, digits and -; at most 63 characters" in refused.stderr
    assert {path.name for path in project.directory.iterdir()} <= {"study.yaml", ".ablation-cache"}


def contents_below(place: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every file, and what is in those that are archives."""
    for path in place.rglob("*"):
        if path.is_file():
            yield str(path), path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as archive:
                    yield from ((f"{path}/{name}", archive.read(name)) for name in archive.namelist())
