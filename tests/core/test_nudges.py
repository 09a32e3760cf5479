"""Who is nudged when: the chain, what an acknowledgement spares, what goes together, and a clock that stood still."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightship.core.duty.nudges import OFFSETS, STEPS, TOGETHER, Chain, Clock, Due, Sent, Step, due, unreached
from lightship.core.duty.wording import body, subject

DUE = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
CHAIN = Chain(writer="alice", deputy="bob", approver="carol", lead="erin", everyone=("alice", "bob", "frank"))
WEBMAIL = Clock(subject="webmail", name="Webmail is down", due=DUE, since=DUE - timedelta(minutes=30))
PANEL = Clock(subject="panel", name="The panel is slow", due=DUE + timedelta(minutes=3), since=DUE - timedelta(minutes=27))


def at(minutes: float) -> datetime:
    return DUE + timedelta(minutes=minutes)


def sent(nudge: Due, *, failed: bool = False, by: str = "") -> Sent:
    about = {clock.subject: clock.due for clock in nudge.clocks}
    return Sent(person=nudge.person, step=nudge.step, subjects=about, failed=failed, acknowledged_by=by)


def people(nudges: list[Due]) -> list[tuple[str, Step]]:
    return [(nudge.person, nudge.step) for nudge in nudges]


def played(clocks: list[Clock], chain: Chain, minutes: list[float], by: str = "") -> list[list[tuple[str, Step]]]:
    """Who is nudged at each of these times; `by` acknowledges every nudge at once."""
    made: list[Sent] = []
    steps = []
    for minute in minutes:
        nudges = due(clocks, chain, made, at(minute))
        made += [sent(nudge, by=by) for nudge in nudges]
        steps.append(people(nudges))
    return steps


WHOLE = [
    [("alice", Step.WRITER)],
    [("bob", Step.DEPUTY)],
    [],
    [("carol", Step.LATE), ("erin", Step.LATE)],
    [("alice", Step.ALL), ("bob", Step.ALL), ("frank", Step.ALL)],
]


def test_the_longer_nobody_speaks_the_more_are_nudged_each_once_a_step() -> None:
    assert played([WEBMAIL], CHAIN, [-10, -3, 0, 5, 15]) == WHOLE
    assert played([WEBMAIL], CHAIN, [-10.1, -9, -3.1, -2, 4.9, 6, 14.9, 16, 600]) == [
        [],
        WHOLE[0],
        [],
        WHOLE[1],
        [],
        WHOLE[3],
        [],
        WHOLE[4],
        [],
    ]


@pytest.mark.parametrize("by", ["alice", "bob", "frank"])
def test_an_acknowledgement_spares_the_deputy_and_never_the_promise(by: str) -> None:
    assert played([WEBMAIL], CHAIN, [-10, -3, 5, 15], by=by) == [WHOLE[0], [], *WHOLE[3:]]


def test_whoever_holds_no_duty_spares_nobody() -> None:
    """Alice acknowledged, and passed the pen on to Grace, who is nudged at once; and her deputy too, if she is silent."""
    first = due([WEBMAIL], CHAIN, [], at(-10))
    made = [sent(first[0], by="alice")]
    chain = replace(CHAIN, writer="grace", everyone=("frank",))
    now = due([WEBMAIL], chain, made, at(-5))
    assert people(now) == [("grace", Step.WRITER)]
    assert people(due([WEBMAIL], chain, [*made, sent(now[0])], at(-3))) == [("bob", Step.DEPUTY)]


@pytest.mark.parametrize(
    ("chain", "expected"),
    [
        (replace(CHAIN, writer=""), [[("bob", Step.WRITER)], [("bob", Step.DEPUTY)], *WHOLE[3:]]),
        (
            replace(CHAIN, writer="", deputy="", approver=""),
            [*([("erin", step)] for step in (Step.WRITER, Step.DEPUTY, Step.LATE)), WHOLE[4]],
        ),
        (Chain(everyone=("frank",)), [[("frank", step)] for step in STEPS]),
        (Chain(), [[], [], [], []]),
        (replace(CHAIN, writer="bob"), [[("bob", Step.WRITER)], [("bob", Step.DEPUTY)], *WHOLE[3:]]),
    ],
)
def test_where_a_duty_is_nobodys_the_next_in_the_chain_is_nudged_at_once(
    chain: Chain, expected: list[list[tuple[str, Step]]]
) -> None:
    assert played([WEBMAIL], chain, [-10, -3, 5, 15]) == expected


def test_who_cannot_be_reached_is_passed_over_at_once() -> None:
    made = [sent(nudge, failed=True) for nudge in due([WEBMAIL], CHAIN, [], at(-10))]
    deputy = due([WEBMAIL], CHAIN, made, at(-10))
    assert people(deputy) == [("bob", Step.WRITER)]
    made += [sent(nudge, failed=True) for nudge in deputy]
    late = due([WEBMAIL], CHAIN, made, at(-10))
    assert people(late) == [("carol", Step.WRITER), ("erin", Step.WRITER)]
    made += [sent(late[0], failed=True), sent(late[1])]
    assert due([WEBMAIL], CHAIN, made, at(-10)) == []
    assert people(due([WEBMAIL], CHAIN, made, at(15))) == [("erin", Step.LATE), ("frank", Step.ALL)]


def test_if_nobody_can_be_reached_the_caller_learns_it() -> None:
    chain = Chain(writer="alice", everyone=("alice",))
    made = [sent(nudge, failed=True) for nudge in due([WEBMAIL], chain, [], at(-10))]
    assert due([WEBMAIL], chain, made, at(-9)) == []
    assert list(unreached([WEBMAIL], chain, made, at(-9))) == [WEBMAIL]
    assert list(unreached([WEBMAIL], chain, [], at(-11))) == []
    assert list(unreached([WEBMAIL], CHAIN, made, at(-9))) == []


def test_incidents_that_are_due_together_make_one_nudge() -> None:
    nudges = due([PANEL, WEBMAIL], CHAIN, [], at(-10))
    assert [(n.person, n.at, n.clocks) for n in nudges] == [("alice", at(-10), (WEBMAIL, PANEL))]
    assert due([PANEL, WEBMAIL], CHAIN, [sent(nudges[0])], at(-7)) == []
    later = replace(PANEL, due=DUE + TOGETHER + timedelta(seconds=1))
    assert [n.clocks for n in due([later, WEBMAIL], CHAIN, [], at(-10))] == [(WEBMAIL,)]


def test_a_deputy_is_never_nudged_before_the_writer_because_another_incident_is_due() -> None:
    short = replace(PANEL, since=at(-4), due=at(1))
    assert short.at(Step.DEPUTY) <= at(-3) + TOGETHER
    made = [sent(nudge) for nudge in due([WEBMAIL], CHAIN, [], at(-10))]
    assert [(n.person, n.clocks) for n in due([WEBMAIL, short], CHAIN, made, at(-3))] == [("bob", (WEBMAIL,))]


def test_practice_and_first_words_are_never_in_one_message_with_an_update() -> None:
    others = [replace(PANEL, subject="drill", practice=True), replace(PANEL, subject="alert", first_word=True, since=None)]
    nudges = due([WEBMAIL, *others], CHAIN, [], at(-5))
    assert sorted(n.first.subject for n in nudges) == ["alert", "drill", "webmail"]
    assert all(len(n.clocks) == 1 for n in nudges)


def test_a_clock_that_stood_still_nudges_each_once_and_the_writer_first() -> None:
    nudges = due([WEBMAIL, PANEL], CHAIN, [], at(60))
    assert people(nudges) == [
        ("alice", Step.ALL),
        ("bob", Step.ALL),
        ("carol", Step.LATE),
        ("erin", Step.LATE),
        ("frank", Step.ALL),
    ]
    assert all(n.clocks == (WEBMAIL, PANEL) for n in nudges)
    assert due([WEBMAIL, PANEL], CHAIN, [sent(n) for n in nudges], at(60)) == []


def test_a_new_promise_is_a_new_clock() -> None:
    made = [sent(nudge) for nudge in due([WEBMAIL], CHAIN, [], at(20))]
    kept = replace(WEBMAIL, due=at(50), since=at(20))
    assert due([kept], CHAIN, made, at(39)) == []
    assert people(due([kept], CHAIN, made, at(40))) == [("alice", Step.WRITER)]


@pytest.mark.parametrize(
    ("promised", "writer", "deputy"),
    [(30, 20, 27), (20, 10, 17), (12, 2, 9), (10, 5, 7), (5, 2.5, 3.75), (2, 1, 1.5)],
)
def test_a_short_promise_nudges_between_the_post_and_the_deadline(promised: int, writer: float, deputy: float) -> None:
    clock = replace(WEBMAIL, since=at(-promised))
    spoken = at(-promised)
    assert clock.at(Step.WRITER) == spoken + timedelta(minutes=writer)
    assert clock.at(Step.DEPUTY) == spoken + timedelta(minutes=deputy)
    assert clock.at(Step.LATE) == at(5)


def test_the_first_word_nudges_its_writer_at_once() -> None:
    alert = Clock(subject="alert", name="Customers report errors", due=at(10), first_word=True)
    assert people(due([alert], CHAIN, [], at(0))) == WHOLE[0]
    assert alert.at(Step.DEPUTY) == at(7)


HISTORY = st.lists(st.integers(0, 120), min_size=1, max_size=25).map(sorted)
CLOCKS = st.lists(st.integers(0, 90), min_size=1, max_size=6)
PERSON = st.sampled_from(["", "alice", "bob", "carol"])
CHAINS = st.builds(
    Chain,
    writer=PERSON,
    deputy=PERSON,
    approver=PERSON,
    lead=PERSON,
    everyone=st.lists(st.sampled_from(["alice", "bob", "frank"]), unique=True).map(tuple),
)


@given(CLOCKS, CHAINS, HISTORY, st.data())
def test_every_step_that_came_has_reached_somebody_and_nobody_twice_at_once(
    dues: list[int], chain: Chain, times: list[int], data: st.DataObject
) -> None:
    clocks = [
        Clock(subject=f"c{number}", name="Down", due=at(minutes), since=at(minutes - 30)) for number, minutes in enumerate(dues)
    ]
    made: list[Sent] = []
    for minute in times:
        now = at(minute - 15)
        nudges = due(clocks, chain, made, now)
        for nudge in nudges:
            assert nudge.at <= now
            assert all(clock.at(nudge.step) <= now + TOGETHER for clock in nudge.clocks)
            assert not any(
                before.person == nudge.person and before.about(clock) and STEPS.index(before.step) >= STEPS.index(nudge.step)
                for before in made
                for clock in nudge.clocks
            )
        pairs = [(nudge.person, clock.subject) for nudge in nudges for clock in nudge.clocks]
        assert len(pairs) == len(set(pairs)), "one person, one deadline, one message at a time"
        assert [nudge.at for nudge in nudges] == sorted(nudge.at for nudge in nudges)
        by = data.draw(st.sampled_from(["", chain.writer]))
        made += [sent(nudge, by=by) for nudge in nudges]
        assert due(clocks, chain, made, now) == [], "asked again, there is nothing more to do"
        for clock in clocks:
            _check_reached(clock, chain, made, now)


def _check_reached(clock: Clock, chain: Chain, made: list[Sent], now: datetime) -> None:
    about = [nudge for nudge in made if nudge.about(clock)]
    for step in STEPS:
        if clock.at(step) > now or (step is Step.DEPUTY and any(nudge.acknowledged_by for nudge in about)):
            continue
        for person in chain.people(step):
            assert any(n.person == person and STEPS.index(n.step) >= STEPS.index(step) for n in about)


def test_offsets_are_those_that_the_manual_names() -> None:
    assert [OFFSETS[step].total_seconds() / 60 for step in STEPS] == [-10, -3, 5, 15]


VIENNA = ZoneInfo("Europe/Vienna")


def test_the_subject_says_by_when_and_the_body_what_to_do() -> None:
    (nudge,) = due([WEBMAIL, PANEL], CHAIN, [], at(-10))
    assert subject(nudge, VIENNA, at(-10)) == "Update by 15:30 CET: Webmail is down, and 1 more"
    text = body(nudge, "Acme", VIENNA, at(-10))
    assert "Webmail is down\nNext update due 15:30 CET. Last word 15:00 CET." in text
    assert "Acknowledge" in text
    late = due([WEBMAIL], CHAIN, [sent(nudge)], at(6))[-1]
    assert subject(late, VIENNA, at(6)) == "LATE: update was due 15:30 CET: Webmail is down"
    assert "6 min late" in body(late, "Acme", VIENNA, at(6))


def test_practice_says_so_first_and_a_first_word_says_that_nobody_spoke() -> None:
    drill = replace(WEBMAIL, practice=True, first_word=True, since=None)
    (nudge,) = due([drill], CHAIN, [], at(-10))
    assert subject(nudge, VIENNA, at(-10)) == "Practice. First word by 15:30 CET: Webmail is down"
    assert body(nudge, "Acme", VIENNA, at(-10)).startswith("This is practice: nothing is broken")
    assert "Nobody has said anything yet." in body(nudge, "Acme", VIENNA, at(-10))


@pytest.mark.parametrize("day", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
def test_through_a_clock_change_every_step_keeps_its_distance(day: datetime) -> None:
    """Vienna's clocks change at 01:00 UTC: 02:30 is skipped in March, and comes twice in October."""
    clock = replace(WEBMAIL, due=day + timedelta(hours=1, minutes=2), since=day + timedelta(minutes=32))
    assert clock.at(Step.LATE) - clock.at(Step.WRITER) == timedelta(minutes=15)
    (nudge,) = due([clock], CHAIN, [], clock.at(Step.WRITER))
    local = clock.due.astimezone(VIENNA)
    assert f"by {local:%H:%M %Z}" in subject(nudge, VIENNA, clock.at(Step.WRITER))
