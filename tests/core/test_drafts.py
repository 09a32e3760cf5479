"""What becomes of a draft: its promise by the page's rules, its text from its facts, and whether it needs a reason."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lightship.core.clarity import Verdict
from lightship.core.drafts import drafted
from lightship.core.duty.judged import VagueError, judge
from lightship.core.duty.policy import Policy, check
from lightship.core.history import Timeline
from lightship.core.model import Component, ComponentStatus, Facts, Incident, Status
from lightship.core.rules import Refused
from lightship.core.updates import NewIncident, NewUpdate, PageNow, added, opened

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DOWN, SLOW = ComponentStatus.MAJOR, ComponentStatus.DEGRADED
PARTS = tuple(
    Component(id=i * 12, name=n, position=1, created_at=NOW, updated_at=NOW) for i, n in (("a", "Webmail"), ("b", "IMAP"))
)
PAGE = PageNow(
    components=PARTS, groups=(), read_timeline=lambda: Timeline({}), promise_minutes=30, policy=Policy(monitoring=60)
)
USUAL = NewUpdate(status=Status.INVESTIGATING, body="", facts=Facts(symptom="sign-in fails"), promise_usual=True)


def incident(levels: dict[str, ComponentStatus], ago: timedelta = MINUTE) -> Incident:
    new = NewIncident(name="Webmail is down", update=replace(USUAL, body="Sign-in fails.", statuses=levels))
    return opened(PAGE, new, "i" * 12, "u" * 12, NOW - ago)


PROMISES = [
    ("one component down", {"a" * 12: DOWN}, Status.INVESTIGATING, 30),
    ("every component down", {"a" * 12: DOWN, "b" * 12: DOWN}, Status.INVESTIGATING, 20),
    ("watched, on a page that says so", {"a" * 12: DOWN}, Status.MONITORING, 60),
    ("over", {"a" * 12: DOWN}, Status.RESOLVED, None),
]


@pytest.mark.parametrize(("name", "levels", "status", "minutes"), PROMISES, ids=[case[0] for case in PROMISES])
def test_the_usual_promise_is_one_interval_and_the_text_names_it(
    name: str, levels: dict[str, ComponentStatus], status: Status, minutes: int | None
) -> None:
    before = incident(levels)
    new, draft = drafted(PAGE, before, replace(USUAL, status=status, statuses=levels), NOW)
    due = NOW + minutes * MINUTE if minutes else None
    assert new.facts.next_update == due
    assert (f"Next update by {due:%H:%M} UTC." in draft.body) if due else "Next update" not in draft.body
    posted = added(PAGE, before, new, "v" * 12, NOW)
    again = added(PAGE, before, replace(USUAL, status=status, statuses=levels), "v" * 12, NOW)
    assert posted.updates[-1].facts.next_update == again.updates[-1].facts.next_update == due


def test_a_draft_names_what_it_affects_and_what_works() -> None:
    _, draft = drafted(PAGE, None, replace(USUAL, statuses={"a" * 12: SLOW}), NOW)
    assert (draft.components, draft.working, draft.all_components) == (("Webmail",), ("IMAP",), ("Webmail", "IMAP"))


def test_a_template_of_the_page_is_used_in_its_phase() -> None:
    page = replace(PAGE, policy=Policy(templates={"investigating": "We see this: {symptom}."}))
    assert drafted(page, None, USUAL, NOW)[0].body == "We see this: sign-in fails."


REFUSALS = [
    ("beyond the interval", timedelta(0), 32, "within 30 minutes"),
    ("to the minute", timedelta(0), 31, ""),
    ("after two hours", timedelta(hours=2), 240, ""),
    ("in the past", timedelta(hours=3), 0, "This time has passed"),
]


@pytest.mark.parametrize(("name", "open_for", "minutes", "words"), REFUSALS, ids=[case[0] for case in REFUSALS])
def test_core_holds_a_promise_to_the_policy_of_the_page(name: str, open_for: timedelta, minutes: int, words: str) -> None:
    before = incident({"a" * 12: DOWN}, open_for)
    new = NewUpdate(status=Status.INVESTIGATING, body="x", facts=Facts(next_update=NOW + minutes * MINUTE))
    if words:
        with pytest.raises(Refused, match=words):
            added(PAGE, before, new, "v" * 12, NOW)
    else:
        added(PAGE, before, new, "v" * 12, NOW)
    added(replace(PAGE, policy=None), before, new, "v" * 12, NOW)  # break-glass: nothing is known of the page's rules


def test_a_vague_text_needs_a_reason_and_a_definite_one_none() -> None:
    _, vague = drafted(PAGE, None, NewUpdate(status=Status.INVESTIGATING, body="We are aware of an issue."), NOW)
    with pytest.raises(VagueError) as refused:
        judge(vague, "  ")
    assert refused.value.report.findings
    assert judge(vague, " It is  new. ").overridden == "It is new."
    _, definite = drafted(PAGE, None, replace(USUAL, statuses={"a" * 12: DOWN}), NOW)
    judged = judge(definite, "not needed")
    assert (judged.verdict is Verdict.VAGUE, judged.overridden) == (False, "")


@pytest.mark.parametrize(("body", "words"), [(" \n", "nothing to post"), ("x" * 25_001, "25,001 characters")])
def test_what_cannot_be_posted_is_refused_before_it_is_judged(body: str, words: str) -> None:
    _, draft = drafted(PAGE, None, NewUpdate(status=Status.INVESTIGATING, body=body), NOW)
    with pytest.raises(Refused, match=words):
        judge(replace(draft, body=body), "a reason")


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (Policy(critical=0), "critical is 0: choose a number from 1 to 1,440"),
        (Policy(approval_wait=61), "approval_wait is 61"),
        (Policy(templates={"sunny": "x"}), "no phase 'sunny'"),
        (Policy(templates={"resolved": "{caus}"}), "Did you mean {cause}"),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused(policy: Policy, words: str) -> None:
    with pytest.raises(Refused, match=words):
        check(policy)
