"""What a host lacks, in the order of writing; and when nothing may be written at all."""

from datetime import UTC, datetime
from typing import Any

import pytest

from lightship.core.site.manifest import Manifest, compare, refusal
from lightship.core.site.versions import VersionVector

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)
NOTHING: VersionVector = {}


def manifest(epoch: int, revision: int, vector: VersionVector = NOTHING) -> Manifest:
    return Manifest(page="harbour00000", revision=revision, epoch=epoch, at=NOW, build="b", vector=vector)


@pytest.mark.parametrize(
    ("desired", "existing", "puts"),
    [
        ({}, {}, ()),
        ({"a": "1"}, {}, ("a",)),
        ({"a": "1"}, {"a": "1"}, ()),
        ({"a": "2"}, {"a": "1"}, ("a",)),
        ({}, {"a": "1"}, ()),
        ({"b": "1", "a": "1", "index.html": "1"}, {"a": "0", "c": "1"}, ("b", "a", "index.html")),
    ],
)
def test_what_differs_is_put_in_the_order_of_writing(
    desired: dict[str, str], existing: dict[str, str], puts: tuple[str, ...]
) -> None:
    assert compare(desired, existing) == puts


@pytest.mark.parametrize(
    ("ours", "existing", "refused"),
    [
        ((1, 5), (1, 4), False),
        ((1, 5), (1, 5), False),
        ((1, 5), (1, 6), True),
        ((1, 5), (2, 1), True),
        ((2, 1), (1, 9), True),
        ((2, 1, {1: 8}), (1, 9), True),
        ((2, 1, {1: 9}), (1, 9), False),
        ((4, 9, {1: 9, 3: 2}), (2, 1), True),
        ((4, 9, {1: 9, 3: 2}), (3, 2, {1: 7}), False),
        ((4, 9, {1: 9, 3: 2}), (3, 3, {1: 7}), True),
    ],
)
def test_what_holds_words_that_ours_does_not_is_refused(
    ours: tuple[Any, ...], existing: tuple[Any, ...], refused: bool
) -> None:
    assert bool(refusal(manifest(*ours), manifest(*existing))) is refused


def test_a_refusal_says_what_is_there() -> None:
    assert refusal(manifest(1, 8), manifest(2, 7)) == (
        "it holds revision 7 of epoch 2, newer than ours: another desk speaks there"
    )
    assert refusal(manifest(3, 8), manifest(2, 7)) == (
        "it holds revision 7 of epoch 2, which we have not heard: another desk speaks there"
    )
