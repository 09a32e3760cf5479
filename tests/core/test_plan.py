"""What a host lacks, in the order of writing; and when nothing may be written at all."""

from datetime import UTC, datetime

import pytest

from lightship.core.plan import Plan, Refused, compare, refusal
from lightship.core.signed import Manifest

NOW = datetime(2026, 11, 22, 14, tzinfo=UTC)


def manifest(epoch: int, revision: int) -> Manifest:
    return Manifest(page="harbour00000", revision=revision, epoch=epoch, at=NOW, build="b")


@pytest.mark.parametrize(
    ("desired", "held", "puts", "drops"),
    [
        ({}, {}, (), ()),
        ({"a": "1"}, {}, ("a",), ()),
        ({"a": "1"}, {"a": "1"}, (), ()),
        ({"a": "2"}, {"a": "1"}, ("a",), ()),
        ({}, {"a": "1"}, (), ("a",)),
        ({"b": "1", "a": "1", "index.html": "1"}, {"a": "0", "c": "1"}, ("b", "a", "index.html"), ("c",)),
    ],
)
def test_a_plan_puts_what_differs_and_drops_what_is_gone(
    desired: dict[str, str], held: dict[str, str], puts: tuple[str, ...], drops: tuple[str, ...]
) -> None:
    plan = compare(desired, held)
    assert plan == Plan(puts, drops)
    assert plan.empty is not bool(puts or drops)


@pytest.mark.parametrize(
    ("ours", "held", "refused"),
    [
        ((1, 5), None, False),
        ((1, 5), (1, 4), False),
        ((1, 5), (1, 5), False),
        ((1, 5), (1, 6), True),
        ((1, 5), (2, 1), True),
        ((2, 1), (1, 9), False),
    ],
)
def test_only_a_higher_epoch_or_revision_is_refused(ours: tuple[int, int], held: tuple[int, int] | None, refused: bool) -> None:
    there = manifest(*held) if held else None
    found = refusal(manifest(*ours), there)
    assert found == (Refused(there) if refused and there else None)


def test_a_refusal_says_what_is_there() -> None:
    assert str(Refused(manifest(2, 7))) == "it holds revision 7 of epoch 2, newer than ours: another desk speaks there"
