"""The part of a file that a request asks for."""

from __future__ import annotations

import pytest

from ablation.browsing.spans import SpanImpossible, span_of


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, None),
        ("bytes=0-3", (0, 3)),
        ("bytes=4-", (4, 9)),
        ("bytes=-4", (6, 9)),
        ("bytes=-40", (0, 9)),
        ("bytes=5-400", (5, 9)),
        ("bytes=5-4", None),
        ("bytes=-", None),
        ("bytes=0-1,3-4", None),
        ("pages=0-1", None),
        ("bytes=a-b", None),
    ],
)
def test_range_of_ten_bytes_is_read_as_the_standard_says(header: str | None, span: tuple[int, int] | None) -> None:
    assert span_of(header, 10) == span


@pytest.mark.parametrize(("header", "length"), [("bytes=10-", 10), ("bytes=-0", 10), ("bytes=0-", 0)])
def test_range_beyond_the_end_is_impossible(header: str, length: int) -> None:
    with pytest.raises(SpanImpossible):
        span_of(header, length)
