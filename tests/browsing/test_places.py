"""What the path of an address means."""

from __future__ import annotations

import pytest

from ablation.browsing.places import Elsewhere, PathRefused, Place, place_of

RUN = "20261121-041200-7f3a1c"


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("/", Place()),
        ("/index.html", Place()),
        ("/index.html?a=b", Place()),
        ("/studies/imdb/", Place("imdb")),
        ("/studies/imdb/index.html", Place("imdb")),
        ("/studies/imdb", Elsewhere("/studies/imdb/")),
        ("/studies/imdb/latest.json", Place("imdb", path="latest.json")),
        (f"/studies/imdb/{RUN}", Elsewhere(f"/studies/imdb/{RUN}/")),
        (f"/studies/imdb/{RUN}/", Place("imdb", RUN, "index.html")),
        (f"/studies/imdb/{RUN}/variants/l%32/seed-0/log.txt", Place("imdb", RUN, "variants/l2/seed-0/log.txt")),
        (f"/studies/imdb/{RUN}/a%252e.txt", Place("imdb", RUN, "a%2e.txt")),
        ("/blobs/sha256/00/0", None),
        ("/trials/0/attempt-1/manifest.json", None),
        ("/leases/0.json", None),
        ("/studies", None),
        ("/studies/", None),
        ("/studies/IMDB/", None),
        ("/studies/imdb/.hidden/x", None),
    ],
)
def test_path_leads_to_an_index_a_file_of_a_run_or_nothing(target: str, place: Place | Elsewhere | None) -> None:
    assert place_of(target) == place


@pytest.mark.parametrize(
    "target",
    [
        "/../etc/passwd",
        "/studies/../blobs/x",
        "/studies/%2e%2e/blobs/x",
        "/studies/imdb/..%2f..%2fblobs/x",
        f"/studies/imdb/{RUN}/a%5cb",
        f"/studies/imdb/{RUN}/a%00b",
        f"/studies/imdb/{RUN}//b",
        f"/studies/imdb/{RUN}/%ff",
        "//evil.example/index.html",
        "http://evil.example/",
        "*",
    ],
)
def test_path_with_a_trick_is_refused(target: str) -> None:
    with pytest.raises(PathRefused):
        place_of(target)
