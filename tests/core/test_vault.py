"""The layout of the vault: one changed row changes one part, and nobody but the page's key can name or sign a part."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightship.core.site.manifest import NotOurs
from lightship.core.vault import (
    GRACE,
    Index,
    aged,
    grouped,
    index_in,
    index_out,
    name_of,
    part_in,
    part_out,
    spare_in,
    spare_out,
)
from lightship.core.wire import WireError
from lightship.signing import SigningKey

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
OURS, THEIRS = SigningKey(bytes(range(32))), SigningKey(bytes(32))
NAMES = (name_of(b"k", "head", b"1"), name_of(b"k", "head", b"2"))
INDEX = Index(page="acmepage0001", epoch=3, at=AT, parts=NAMES)
KEYS = st.lists(st.text(max_size=6), unique=True, max_size=200).map(sorted)


def groups(keys: list[str], rows_a_part: int = 4) -> list[tuple[str, ...]]:
    return [tuple(group) for group in grouped(((key, key) for key in keys), rows_a_part)]


@given(KEYS)
def test_groups_hold_every_row_once_and_in_order(keys: list[str]) -> None:
    assert [key for group in groups(keys) for key in group] == keys


@given(KEYS.filter(bool), st.data())
def test_a_row_that_comes_changes_one_group_or_parts_one_in_two(keys: list[str], data: st.DataObject) -> None:
    new = data.draw(st.sampled_from(keys))
    before, after = groups([key for key in keys if key != new]), groups(keys)
    # Long runs are cut where they are long, which may move the cuts that follow in the same run.
    if max(map(len, after)) < 32:
        assert len(set(after) - set(before)) <= 2
        assert len(set(before) - set(after)) <= 2


def test_a_group_is_never_longer_than_memory_allows() -> None:
    assert max(len(group) for group in groups([f"{n:06}" for n in range(20_000)], 16)) <= 8 * 16


def test_a_hundred_thousand_rows_make_a_few_hundred_groups() -> None:
    count = len(groups([f"desk.Text {n}" for n in range(100_000)], 256))
    assert 300 < count < 500


def test_the_index_is_read_back_by_who_knows_the_page() -> None:
    assert index_in(index_out(INDEX, OURS.sign, OURS.public), OURS.verify) == INDEX


def test_an_index_of_another_hand_is_refused() -> None:
    with pytest.raises(NotOurs):
        index_in(index_out(INDEX, THEIRS.sign, THEIRS.public), OURS.verify)


def test_an_index_that_leads_out_of_the_vault_is_refused() -> None:
    crooked = Index(page="p", epoch=1, at=AT, parts=("../../etc/passwd",))
    with pytest.raises(WireError):
        index_in(index_out(crooked, OURS.sign, OURS.public), OURS.verify)


def test_a_part_is_taken_only_whole_and_only_under_its_own_name() -> None:
    body = part_out(NAMES[0], b"sealed", OURS.sign)
    assert part_in(NAMES[0], body, OURS.verify) == b"sealed"
    spoilt = [(NAMES[1], body), (NAMES[0], body[:-1]), (NAMES[0], body[:63]), (NAMES[0], b""), (NAMES[0], body + b"x")]
    for name, other in [*spoilt, (NAMES[0], part_out(NAMES[0], b"sealed", THEIRS.sign))]:
        with pytest.raises(WireError, match=name):
            part_in(name, other, OURS.verify)


def test_names_tell_nothing_without_the_key_and_differ_with_what_they_are_of() -> None:
    assert len({name_of(key, label, b"same") for key in (b"a", b"b") for label in ("desk.Wording", "desk.Page")}) == 4


def test_spare_parts_go_when_nobody_can_still_need_them() -> None:
    spare = {NAMES[0]: AT, NAMES[1]: AT}
    assert spare_in(spare_out(spare)) == spare
    late = AT + GRACE + timedelta(seconds=1)
    assert aged(spare, (), AT + GRACE) == []
    assert aged(spare, (NAMES[0],), late) == [NAMES[1]]


def test_a_list_of_spare_parts_that_cannot_be_read_lets_nothing_go() -> None:
    for body in (b"", b"[]", b'{"format":"lightship-vault-spare/1","parts":{"x":1}}', b"\xff"):
        assert spare_in(body) == {}
