"""Each figure of a scorecard, at its edges: what counts as spoken, when, and in which month."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sample import a_component, an_incident, an_update

from lightship.core.duty.cards import Case, Judgement
from lightship.core.duty.scorecard import bounds, card, figures, reported
from lightship.core.model import Facts, Incident, Kind, Status, Update, Wording
from lightship.core.updates import in_order

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RESOLVED, SCHEDULED, COMPLETED = Status.RESOLVED, Status.SCHEDULED, Status.COMPLETED


def at(minutes: float) -> datetime:
    return NOW + minutes * MINUTE


def post(
    minutes: float,
    status: Status = Status.INVESTIGATING,
    *,
    dated: float | None = None,
    promise: float | None = None,
    body: str = "Half of the mailboxes are back.",
    **more: Any,
) -> Update:
    """Alice's update so many minutes after NOW."""
    facts = Facts(next_update=None if promise is None else at(promise), since=more.pop("since", None))
    shown = at(minutes if dated is None else dated)
    wordings = (Wording(at(minutes), body, facts),)
    return an_update(f"u{minutes}", status, at=at(minutes), display_at=shown, wordings=wordings, **more)


def corrected(update: Update, minutes: float, promise: float | None) -> Update:
    facts = replace(update.facts, next_update=None if promise is None else at(promise))
    return replace(update, wordings=(*update.wordings, Wording(at(minutes), update.body, facts)))


def incident(*posts: Update, **more: Any) -> Incident:
    return an_incident("Webmail is down", *in_order(posts), **more)


def minutes(length: timedelta | None) -> float | None:
    return None if length is None else length / MINUTE


# Posts, now in minutes, and: promises made, in time, longest silence, minutes open, minutes fresh.
SPOKEN: dict[str, tuple[Sequence[Update], float, tuple[int, int, float | None, float, float]]] = {
    "kept to the minute": ([post(0, promise=30), post(30, RESOLVED)], 99, (1, 1, 30, 30, 30)),
    "a second late": ([post(0, promise=30), post(30 + 1 / 60, RESOLVED)], 99, (1, 0, 30 + 1 / 60, 30 + 1 / 60, 30)),
    "open, and not due yet": ([post(0, promise=30)], 20, (0, 0, 20, 20, 20)),
    "open, and due this moment": ([post(0, promise=30)], 30, (0, 0, 30, 30, 30)),
    "open, and late": ([post(0, promise=30)], 90, (1, 0, 90, 90, 30)),
    "no promise made": ([post(0), post(50), post(60, RESOLVED)], 99, (0, 0, 50, 60, 40)),
    "silent to the end": ([post(0, promise=30), post(20, promise=50), post(200, RESOLVED)], 999, (2, 1, 180, 200, 50)),
    "an automatic line keeps nothing": (
        [post(0, promise=30), post(25, automatic=True, promise=55), post(60, RESOLVED)],
        99,
        (1, 0, 60, 60, 30),
    ),
    "words of nobody keep nothing": ([post(0, promise=30), post(25, body=" \n"), post(60, RESOLVED)], 99, (1, 0, 60, 60, 30)),
    "opened by a machine": ([post(0, automatic=True), post(40), post(50, RESOLVED)], 99, (0, 0, 40, 50, 10)),
    "ended by a machine in time": ([post(0, promise=30), post(20, RESOLVED, automatic=True)], 99, (0, 0, 20, 20, 20)),
    "ended by a machine too late": ([post(0, promise=30), post(40, RESOLVED, automatic=True)], 99, (1, 0, 40, 40, 30)),
    "posted at 100, dated 20": ([post(0, promise=30), post(100, dated=20), post(110, RESOLVED)], 999, (1, 0, 100, 110, 40)),
    "written down afterwards": ([post(300, dated=0, promise=30), post(301, RESOLVED, dated=40)], 999, (0, 0, 1, 1, 1)),
    "over at its first post": ([post(0, RESOLVED)], 99, (0, 0, None, 0, 0)),
    "a review after the end": (
        [post(0), post(10, RESOLVED), post(9000, Status.POSTMORTEM)],
        9999,
        (0, 0, 10, 10, 10),
    ),
    "opened again": (
        [post(0, promise=20), post(10, RESOLVED), post(100, promise=120), post(150, RESOLVED)],
        999,
        (2, 1, 50, 60, 40),
    ),
    "a note dated before the newest is an update, and promises nothing": (
        [post(0, promise=30), post(20, dated=-1, promise=40), post(45, RESOLVED)],
        99,
        (1, 1, 25, 45, 45),
    ),
    "moved while it stood": ([corrected(post(0, promise=30), 5, 60), post(50, RESOLVED)], 99, (1, 1, 50, 50, 30)),
    "moved after it had passed": ([corrected(post(0, promise=30), 40, 60), post(50, RESOLVED)], 99, (1, 0, 50, 50, 30)),
    "moved after the next update": (
        [corrected(post(0, promise=30), 55, 90), post(50), post(60, RESOLVED)],
        99,
        (1, 0, 50, 60, 40),
    ),
    "taken back while it stood": ([corrected(post(0, promise=30), 5, None), post(50, RESOLVED)], 99, (1, 0, 50, 50, 30)),
    "added by a correction": ([corrected(post(0), 5, 30), post(20, RESOLVED)], 99, (1, 1, 20, 20, 20)),
}


@pytest.mark.parametrize(("posts", "now", "expected"), SPOKEN.values(), ids=SPOKEN)
def test_an_incident_as_it_was_spoken(
    posts: Sequence[Update], now: float, expected: tuple[int, int, float | None, float, float]
) -> None:
    sums = figures([card(Case(incident=incident(*posts)), at(now))])
    spoken = (sums.promises, sums.in_time, minutes(sums.longest_silence), minutes(sums.open), minutes(sums.fresh))
    assert spoken == pytest.approx(expected, nan_ok=True) if None not in expected else spoken == expected


# Minutes after NOW of alerts, what support knew, since as stated; the first word in minutes, what it counts from, and the gap.
FIRST: dict[str, tuple[dict[str, Any], float | None, str, float | None]] = {
    "nothing known before": ({}, None, "", None),
    "an alert": ({"alerts": [-8]}, 8, "alert", None),
    "the first of two alerts": ({"alerts": [-8, -12]}, 12, "alert", None),
    "a customer": ({"support": [-5, -2]}, 5, "support", 5),
    "stated since": ({"since": -70, "alerts": [-8]}, 70, "since", None),
    "support two hours before": ({"support": [-120], "alerts": [-8]}, 120, "support", 120),
    "the public knew first": ({"support": [15], "alerts": [-3]}, 3, "alert", 0),
    "an alert about it later": ({"alerts": [5]}, None, "", None),
}


@pytest.mark.parametrize(("signs", "first_word", "known_by", "gap"), FIRST.values(), ids=FIRST)
def test_the_first_word_counts_from_the_earliest_sign(
    signs: dict[str, Any], first_word: float | None, known_by: str, gap: float | None
) -> None:
    since = at(signs["since"]) if "since" in signs else None
    alerts, support = (tuple(map(at, signs.get(name, ()))) for name in ("alerts", "support"))
    spoken = incident(post(0, since=since), post(9, RESOLVED))
    one = card(Case(incident=spoken, alerts=alerts, support=support), at(99))
    assert (minutes(one.first_word), one.known_by, minutes(one.support_gap)) == (first_word, known_by, gap)


def test_an_incident_dated_back_waited_for_its_first_word() -> None:
    one = card(Case(incident=incident(post(60, dated=0))), at(60))
    assert (minutes(one.first_word), one.known_by) == (60, "since")


def test_nobody_has_spoken_yet_of_what_a_machine_opened() -> None:
    one = card(Case(incident=incident(post(0, automatic=True)), alerts=(at(-2),), support=(at(-1),)), at(25))
    assert (minutes(one.first_word), minutes(one.support_gap), one.posts) == (27, 26, ())


def test_a_maintenance_counts_with_its_promises_only() -> None:
    works = incident(
        post(0, SCHEDULED, promise=60),
        post(60, Status.IN_PROGRESS, body=""),
        post(90, Status.IN_PROGRESS, promise=120),
        post(400, COMPLETED),
        kind=Kind.MAINTENANCE,
        scheduled_for=at(60),
    )
    judgements = {update.id: Judgement(verdict="vague") for update in works.updates}
    sums = figures([card(Case(incident=works, judgements=judgements, alerts=(at(-5),)), at(999))])
    assert (sums.promises, sums.in_time) == (2, 0)
    assert sums == replace(figures([]), promises=2, in_time=0)


def test_what_is_withdrawn_is_left_out_and_numbered() -> None:
    mistake = incident(post(0, promise=10), post(90, RESOLVED), withdrawn=True)
    assert figures([card(Case(incident=mistake), at(99))]) == replace(figures([]), withdrawn=1)


def test_what_was_merged_counts_until_it_was() -> None:
    double = incident(post(0, promise=30), post(80, RESOLVED), merged_into="another00000")
    sums = figures([card(Case(incident=double), at(999))])
    assert (sums.incidents, sums.promises, sums.in_time, minutes(sums.longest_silence)) == (1, 1, 0, 80)


def test_practice_never_counts() -> None:
    one = card(Case(incident=incident(post(0), post(90, RESOLVED)), practice=True), at(99))
    assert figures([one]) == figures([])
    assert one.practice


def test_verdicts_are_of_posts_that_were_judged() -> None:
    spoken = incident(post(0), post(5), post(9), post(12, automatic=True), post(15, RESOLVED))
    judgements = {
        spoken.updates[0].id: Judgement(verdict="vague", overridden="Nobody knows more", holder="Alice"),
        spoken.updates[1].id: Judgement(verdict="vague", unapproved="Carol is away", holder="Bob"),
        spoken.updates[3].id: Judgement(verdict="vague", overridden="a machine's line is not a post", holder="nobody"),
        spoken.updates[4].id: Judgement(verdict="definitive", holder="Alice"),
    }
    one = card(Case(incident=spoken, judgements=judgements), at(99))
    sums = figures([one])
    assert (sums.posts, sums.judged, sums.vague, sums.overridden) == (4, 3, 2, 1)
    assert one.holders == ("Alice", "Bob")
    assert [post.judgement.unapproved for post in one.overrides if post.judgement] == ["", "Carol is away"]


def test_months_share_an_incident_and_count_nothing_twice() -> None:
    """From 23:10 on 30 November to 01:00: the silence over midnight counts in December, where it ended."""
    start = (datetime(2026, 11, 30, 23, 10, tzinfo=UTC) - NOW) / MINUTE
    night = incident(post(start, promise=start + 30), post(start + 20, promise=start + 50), post(start + 110, RESOLVED))
    one = card(Case(incident=night, alerts=(at(start - 4),)), at(start + 9999))
    november, december = (figures([one], *bounds(month)) for month in ("2026-11", "2026-12"))
    assert (november.promises, november.in_time, december.promises, december.in_time) == (1, 1, 1, 0)
    assert (minutes(november.longest_silence), minutes(december.longest_silence)) == (20, 90)
    assert (minutes(november.open), minutes(december.open)) == (50, 60)
    assert (minutes(november.fresh), minutes(december.fresh)) == (50, 0)
    assert (minutes(november.first_word), december.first_word) == (4, None)
    assert (november.posts, december.posts, november.incidents, december.incidents) == (2, 1, 1, 1)


def test_a_promise_counts_in_the_month_in_which_it_was_met() -> None:
    start = (datetime(2026, 11, 30, 23, 50, tzinfo=UTC) - NOW) / MINUTE
    one = card(Case(incident=incident(post(start, promise=start + 30), post(start + 5, RESOLVED))), at(start + 9999))
    assert [figures([one], *bounds(month)).promises for month in ("2026-11", "2026-12")] == [1, 0]


def test_a_review_is_no_post_and_opens_nothing() -> None:
    one = card(Case(incident=incident(post(0), post(10, RESOLVED), post(9000, Status.POSTMORTEM))), at(9999))
    assert (len(one.posts), one.spans) == (2, ((at(0), at(10)),))


def test_an_update_of_a_desk_whose_clock_runs_ahead_counts_nothing_backwards() -> None:
    one = card(Case(incident=incident(post(0), post(5))), at(3))
    assert (minutes(figures([one]).open), one.last_at) == (5, at(5))


@pytest.mark.parametrize("month", ["2026-13", "November", "", "2026-11-01", "2026-1", "0001-01", "9999-12"])
def test_what_is_no_month_is_refused(month: str) -> None:
    with pytest.raises(ValueError, match="2026-11"):
        bounds(month)


def test_december_is_followed_by_january() -> None:
    assert bounds("2026-12") == (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


MAIL, PANEL = a_component("Webmail"), a_component("Control panel")


@pytest.mark.parametrize(
    ("minute", "components", "counts"),
    [
        (-120, {MAIL.id}, True),
        (-120, set(), True),
        (-120, {PANEL.id}, False),
        (-120, {MAIL.id, PANEL.id}, True),
        (1, {MAIL.id}, False),
        (-24 * 60, {MAIL.id}, False),
        (-24 * 60 + 1, {MAIL.id}, True),
    ],
)
def test_a_report_is_of_the_incident_whose_component_it_names(minute: float, components: set[str], counts: bool) -> None:
    mail = incident(post(0), components=(MAIL,))
    assert reported(mail, [(at(minute), frozenset(components))], []) == ((at(minute),) if counts else ())


def test_a_report_before_an_earlier_incident_ended_was_about_that_one() -> None:
    mail, reports = incident(post(0), components=(MAIL,)), [(at(-90), frozenset[str]()), (at(-20), frozenset[str]())]
    earlier = incident(post(-100), post(-60, RESOLVED), components=(MAIL,))
    assert reported(mail, reports, [mail, earlier]) == (at(-20),)
    elsewhere = replace(earlier, components=(PANEL,))
    assert reported(mail, reports, [mail, elsewhere]) == (at(-90), at(-20))


def test_the_example_of_the_manual() -> None:
    """docs/reference/scorecard.md: 14:02, an automatic line at 14:20, 14:34 and 14:58."""
    spoken = incident(
        post(2, since=at(-9), promise=30),
        post(20, automatic=True),
        post(34, promise=60),
        post(58, RESOLVED),
    )
    sums = figures([card(Case(incident=spoken, support=(at(-5),)), at(99))])
    assert (minutes(sums.first_word), minutes(sums.support_gap)) == (11, 7)
    assert (sums.in_time, sums.promises, minutes(sums.longest_silence)) == (1, 2, 32)
    assert (minutes(sums.fresh), minutes(sums.open)) == (54, 56)


POSTS = st.lists(
    st.tuples(
        st.integers(0, 300),
        st.integers(-60, 0),
        st.sampled_from([Status.INVESTIGATING, Status.MONITORING, RESOLVED]),
        st.none() | st.integers(1, 90),
        st.booleans(),
    ),
    min_size=1,
    max_size=7,
    unique_by=lambda row: row[0],
)


def drawn(rows: Sequence[tuple[int, int, Status, int | None, bool]]) -> Incident:
    return incident(
        *(
            post(minute, status, dated=minute + back, promise=None if ahead is None else minute + ahead, automatic=automatic)
            for minute, back, status, ahead, automatic in rows
        )
    )


@given(POSTS, st.integers(300, 500))
def test_any_incident_adds_up(rows: Sequence[tuple[int, int, Status, int | None, bool]], now: int) -> None:
    """Silences fill the open time without a gap; nothing is fresh that is not open; and a minute-by-minute walk through what
    readers had finds the same minutes."""
    spoken = drawn(rows)
    one = card(Case(incident=spoken), at(now))
    sums = figures([one])
    assert sum((s.ends - s.starts for s in one.silences), timedelta()) == sums.open
    assert sums.fresh <= sums.open and sums.in_time <= sums.promises <= len(one.posts)
    opened = fresh = 0
    for minute in range(now):
        had = in_order([update for update in spoken.updates if update.created_at <= at(minute)])
        if had and had[-1].status is not RESOLVED:
            opened += 1
            people = [update.created_at for update in had if not update.automatic]
            fresh += any(at(minute) - time < 30 * MINUTE and since_opening(spoken, time, minute) for time in people)
    assert (minutes(sums.open), minutes(sums.fresh)) == (opened, fresh)


def since_opening(spoken: Incident, time: datetime, minute: int) -> bool:
    """Whether it was open without a break from that update until that minute."""
    steps = [update.created_at for update in spoken.updates if time <= update.created_at <= at(minute)]
    states = (in_order([update for update in spoken.updates if update.created_at <= step])[-1].status for step in steps)
    return RESOLVED not in states


@given(POSTS, st.integers(0, 6), st.integers(-60, 60))
def test_a_correction_afterwards_changes_nothing(
    rows: Sequence[tuple[int, int, Status, int | None, bool]], which: int, promise: int
) -> None:
    """However its author rewords an update once its promise has passed and others have spoken, the figures stay."""
    spoken = drawn(rows)
    number = which % len(spoken.updates)
    mended = corrected(spoken.updates[number], 600, 600 + promise)
    prettier = replace(spoken, updates=(*spoken.updates[:number], mended, *spoken.updates[number + 1 :]))
    if not spoken.ended:
        prettier, spoken = (replace(one, updates=(*one.updates, post(599, RESOLVED))) for one in (prettier, spoken))
    assert figures([card(Case(incident=prettier), at(900))]) == figures([card(Case(incident=spoken), at(900))])
