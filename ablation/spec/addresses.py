"""Where a file of a study's own may lie: a web, S3 or file address, or a path; a spec is published, so no secrets."""

import re
from collections.abc import Callable
from pathlib import PurePosixPath
from urllib.parse import SplitResult, parse_qsl, urlsplit

from ablation.catalogue import FILE_NAME
from ablation.spec.base import wrong_at

SCHEMES = ("https", "http", "s3", "file")
# Parameters by which servers let in whoever has the address.
# Left out are words that merely hold such a name: author, design, keyword.
_SECRET = re.compile(r"token|key(?!word)|secret|(?<!de)sig|auth(?!ors?$)|pass|cred|jwt|sas", re.IGNORECASE)


def file_name(uri: str) -> str:
    """Return the last part of an address or a path."""
    parts = urlsplit(uri)
    return PurePosixPath(parts.path if parts.scheme else uri).name


def require_address(uri: str) -> str:
    """Return an address that may stand in a spec.

    Raises:
        PydanticCustomError: It may not; no secret of it is repeated.
    """
    if not uri.isprintable():
        raise wrong_at((), "has a character that cannot be printed", "Remove it.")
    try:
        parts = urlsplit(uri)
    except ValueError as error:
        raise wrong_at((), f"is no address: {error}", "Write an address, or a path.") from error
    for check in _CHECKS:
        check(uri, parts)
    return uri


def _has_known_scheme(uri: str, parts: SplitResult) -> None:
    if parts.scheme not in ("", *SCHEMES):
        hint = "Use https://, http://, s3:// or file://, or a path relative to the working directory."
        raise wrong_at((), f"nothing is read from {parts.scheme}:", hint)


def _has_no_secrets(uri: str, parts: SplitResult) -> None:
    if "@" in parts.netloc:
        said = "a user name or a password"
    elif found := [name for name, _ in parse_qsl(parts.query) if _SECRET.search(name)]:
        said = f"the parameter {found[0]}, which lets in whoever has the address"
    else:
        return
    hint = "Fetch the file yourself and write its path; buckets are opened by the variables AWS_*."
    raise wrong_at((), f"holds {said}, and a spec is published with its results", hint)


def _is_whole(uri: str, parts: SplitResult) -> None:
    if parts.scheme == "file" and not uri.startswith("file:///"):
        hint = f"Write the path alone: {uri.removeprefix('file:').lstrip('/')}."
        raise wrong_at((), "file:// takes an absolute path, file:///...", hint)
    if parts.scheme in ("https", "http", "s3"):
        if not parts.netloc:
            raise wrong_at((), "names no server", f"Write {parts.scheme}://NAME/PATH.")
        if " " in uri:
            raise wrong_at((), "has a blank", "Write %20 for it.")


def _ends_with_a_name(uri: str, parts: SplitResult) -> None:
    name = file_name(uri)
    if not re.match(FILE_NAME, name):
        said = f"ends with '{name}', which is no plain file name" if name else "ends without the name of a file"
        hint = "Give it a name of letters, digits, _, - and . that begins with a letter or digit."
        raise wrong_at((), said, hint)


_CHECKS: tuple[Callable[[str, SplitResult], None], ...] = (
    _has_known_scheme,
    _has_no_secrets,
    _is_whole,
    _ends_with_a_name,
)
