"""Text without this machine's folders, user and name: libraries print them, people type them, nobody publishes them.

A folder that is known becomes its name in angle brackets; what lies in it is still told.
"""

from __future__ import annotations

import getpass
import re
import socket
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

from ablation.settings import Settings

_Names = tuple[tuple[re.Pattern[str], str], ...]

# Also of somebody else, and where the folder is not this process's home.
_HOME = re.compile(r"/(?:home|Users)/[^/\s'\":;,]+")
# Of two parts or more, where a word may begin. `/job:localhost/...` and `https://...` are none.
_ELSEWHERE = re.compile(r"(?<![^\s'\"`(\[{=:,;])/(?:[\w.+~@-]+/)+(?=[\w.+~@-]|$|[\s'\"`)\]},;:])")
_FILE_SCHEME = re.compile(r"file://(?=/)")
# Names of nobody: of users in images, and of every machine.
_NOBODY: Final = frozenset({"", "root", "user", "app", "nobody", "ubuntu", "runner", "localhost"})


def without_folders(text: str) -> str:
    """Return what a person typed, with names in the place of this machine's folders; other words are left."""
    return _named(text, _known_folders()) if "/" in text else text


def without_folders_in(value: Any) -> Any:
    """Return plain data with every text of it without this machine's folders; keys are left."""
    folders = _known_folders()
    return _walked(value, cache(lambda text: _named(text, folders)))


def impersonal(text: str) -> str:
    """Return what a program said, without folders, and without the names of the user and of the machine."""
    text = without_folders(text)
    for pattern, name in _names(_user(), socket.gethostname()):
        text = pattern.sub(name, text)
    return text


def _walked(value: Any, named: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return named(value) if "/" in value else value
    if isinstance(value, dict):
        return {key: _walked(each, named) for key, each in value.items()}
    return [_walked(each, named) for each in value] if isinstance(value, list | tuple) else value


def _named(text: str, folders: _Names) -> str:
    text = _FILE_SCHEME.sub("", text)
    for pattern, name in folders:
        text = pattern.sub(name, text)
    return _ELSEWHERE.sub("<elsewhere>/", _HOME.sub("<home>", text))


def _known_folders() -> _Names:
    return _folders(Path.cwd(), Settings().cache_dir.absolute(), Path("~").expanduser())


@cache
def _folders(here: Path, cache_dir: Path, home: Path) -> _Names:
    """Return a pattern for each known folder and its name, the deepest folder first."""
    known = [
        (cache_dir, "<cache>"),
        (here, "."),
        (Path(sys.prefix), "<python>"),
        (Path(sys.base_prefix), "<python>"),
        (Path(__file__).parents[2], "<program>"),
        (Path(tempfile.gettempdir()), "<temporary>"),
        (home, "<home>"),
    ]
    by_path: dict[str, str] = {}
    for folder, name in known:
        for path in (folder, folder.resolve()):
            if path.is_absolute() and len(path.parts) > 1:
                by_path.setdefault(str(path), name)
    deepest_first = sorted(by_path, key=len, reverse=True)
    return tuple((re.compile(rf"{re.escape(path)}(?![\w+-]|\.\w)"), by_path[path]) for path in deepest_first)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # nobody has this process's number
        return ""


@cache
def _names(user: str, host: str) -> _Names:
    return tuple(
        (re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])"), name)
        for word, name in ((user, "<user>"), (host, "<host>"))
        if word.lower() not in _NOBODY
    )
