"""Folders, users and names of machines in text: what becomes of them, and what is left alone."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import keras
import pytest

from ablation.provenance import impersonal, without_folders, without_folders_in


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home folder that a user called ada works in."""
    home = tmp_path / "ada"
    (home / "work").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    for name in ("LOGNAME", "USER"):
        monkeypatch.setenv(name, "ada")
    monkeypatch.setenv("ABLATION_CACHE_DIR", str(home / "cache"))
    monkeypatch.chdir(home / "work")
    return home


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("reading HOME/.keras/keras.json", "reading <home>/.keras/keras.json"),
        ("file://HOME/wine.csv", "<home>/wine.csv"),
        ("no space: 'HOME/cache/runs/run-1/log.txt'", "no space: '<cache>/runs/run-1/log.txt'"),
        ("HOME/work/data/wine.csv", "./data/wine.csv"),
        ("in HOME.", "in <home>."),
        ("uri: /srv/ada/data/wine.csv", "uri: <elsewhere>/wine.csv"),
        ("a: /home/grace/wine.csv", "a: <home>/wine.csv"),
        ("LIBRARY=/Users/grace/lib:/opt/cuda/lib64", "LIBRARY=<home>/lib:<elsewhere>/lib64"),
        ("data.dataset.uri=/srv/ada/", "data.dataset.uri=<elsewhere>/"),
    ],
)
def test_folder_becomes_its_name(text: str, shown: str, machine: Path) -> None:
    assert without_folders(text.replace("HOME", str(machine))) == shown


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/a/b/wine.csv and s3://bucket/a/b.npz",
        "/job:localhost/replica:0/task:0/device:GPU:0",
        "rate 3/4, and/or 1/ 2, data/wine.csv, ../wine.csv, model.layers.*.units",
        "ada is a name that a person typed",
    ],
)
def test_what_is_no_folder_is_left(text: str) -> None:
    assert without_folders(text) == text


def test_longer_name_of_another_folder_is_not_cut(machine: Path) -> None:
    assert str(machine) not in without_folders(f"{machine}/x")
    assert without_folders(f"{machine}x") != "<home>x"


def test_installed_library_is_told_without_where_it_is() -> None:
    told = without_folders(f'File "{keras.__file__}", line 1')
    assert told.startswith('File "<python>/lib/python')
    assert told.endswith('/site-packages/keras/__init__.py", line 1')
    assert sys.prefix not in told


def test_user_and_machine_become_names_in_what_a_program_said() -> None:
    assert impersonal("user ada, not adamax, of group ada-lovelace") == "user <user>, not adamax, of group ada-lovelace"
    assert socket.gethostname() not in impersonal(f"on {socket.gethostname()}").replace("localhost", "")


def test_user_of_every_image_is_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "root")
    assert impersonal("root mean squared error") == "root mean squared error"


def test_texts_of_plain_data_are_all_changed_and_nothing_else(machine: Path) -> None:
    path = str(machine / "x")
    assert without_folders_in({"a": [path, 1, None, (path, 0.5)], path: True}) == {
        "a": ["<home>/x", 1, None, ["<home>/x", 0.5]],
        path: True,
    }
