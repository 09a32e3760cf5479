"""Faults beyond the facts: repetition, blame, jargon, empty promises, times without a zone, broken promises, "all"."""

import re
import time
from datetime import timedelta

import pytest
from tests.core.clarity.test_check import KNOWN, NOW, OVER, PAGE, earlier, judged, kinds

from lightship.core.clarity import flags, structure
from lightship.core.clarity.structure import LONGEST
from lightship.core.model import Facts

SAME = "We continue to investigate why webmail is slow for customers in Austria."


def test_the_same_words_again_are_repetition() -> None:
    report = judged(SAME, KNOWN, before=earlier(SAME))
    (finding,) = [finding for finding in report.findings if finding.kind == "repeated"]
    assert "13:30 UTC" in finding.message and finding.quote.startswith("We continue to investigate")


def test_only_another_time_is_repetition_still() -> None:
    before = earlier(f"{SAME} Next update at 14:00 UTC.")
    assert "repeated" in kinds(judged(f"{SAME} Next update at 14:30 UTC.", KNOWN, before=before))


@pytest.mark.parametrize(
    ("body", "facts"),
    [
        (SAME.replace("Austria", "Austria and Hungary"), Facts()),
        (f"{SAME} 300 mailboxes are left.", Facts()),
        (SAME, Facts(doing="moving mailboxes")),
    ],
)
def test_anything_new_is_no_repetition(body: str, facts: Facts) -> None:
    assert "repeated" not in kinds(judged(body, KNOWN, facts=facts, before=earlier(SAME)))


def test_blame_without_an_action_of_ones_own_is_flagged() -> None:
    blame = "This is caused by an external supplier and beyond our control."
    assert "blame" in kinds(judged(blame, KNOWN))
    assert "blame" not in kinds(judged(f"{blame} We are rerouting traffic to our second line.", KNOWN))
    assert "blame" not in kinds(judged(blame, KNOWN, facts=Facts(doing="rerouting traffic")))


@pytest.mark.parametrize(
    ("body", "kind", "quote"),
    [
        ("The Kafka consumers lag, etcd lost quorum.", "jargon", "Kafka, etcd, quorum"),
        ("Sign-in fails since db-prod-03 crashed.", "internal name", "db-prod-03"),
        ("See INC-4711 for the mail_router.", "internal name", "INC-4711, mail_router"),
        ("The host mx1.internal is down.", "internal name", "mx1.internal"),
    ],
)
def test_words_of_the_trade_and_of_the_house_are_flagged(body: str, kind: str, quote: str) -> None:
    assert [f.quote for f in judged(body, KNOWN).findings if f.kind == kind] == [quote]


def test_the_name_of_a_component_is_no_jargon() -> None:
    assert "jargon" not in kinds(judged("Redis is slow.", KNOWN, all_components=("Redis",)))


@pytest.mark.parametrize(
    ("body", "flagged"),
    [
        ("Webmail is slow. We will post an update shortly.", True),
        ("Webmail is slow. We will keep you informed.", True),
        ("Webmail is slow. We expect to be back soon.", True),
        ("Webmail is slow. We will post an update at 14:30 UTC.", False),
        ("Webmail is slow. Next update in 20 minutes.", False),
        ("Webmail is slow.", False),
        ("Webmail was updated shortly before it failed.", False),
    ],
)
def test_a_promise_needs_a_time(body: str, flagged: bool) -> None:
    assert ("promise without a time" in kinds(judged(body, KNOWN))) is flagged


def test_a_promise_whose_time_is_in_its_field_needs_none_in_the_text() -> None:
    report = judged("Webmail is slow. We will post an update shortly.", KNOWN, facts=Facts(next_update=NOW))
    assert "promise without a time" not in kinds(report)


@pytest.mark.parametrize(
    ("body", "quote"),
    [
        ("Webmail has been down since 13:41.", "13:41"),
        ("Webmail has been down since 1:41 pm.", "1:41 pm"),
        ("Webmail has been down since 13:41 UTC.", ""),
        ("Webmail has been down since 13:41 (UTC).", ""),
        ("Webmail has been down since 2026-11-22T13:41Z.", ""),
        ("From 13:41 to 14:02 CET webmail was down.", ""),
        ("Webmail has been down since Monday.", ""),
    ],
)
def test_a_time_needs_a_zone(body: str, quote: str) -> None:
    assert "".join(f.quote for f in judged(body, KNOWN).findings if f.kind == "time without a zone") == quote


def test_a_promise_that_has_passed_must_be_owned_up_to() -> None:
    before = earlier(SAME, facts=Facts(next_update=NOW - timedelta(minutes=12)))
    (finding,) = [f for f in judged("Webmail works.", KNOWN, before=before, now=NOW).findings if f.kind == "lapsed promise"]
    assert finding.message == "An update was promised by 13:58 UTC, this one is 12 minutes late, and it does not say so."
    for body in ("This update is late. Webmail works.", "Webmail works. We are sorry for the silence."):
        assert "lapsed promise" not in kinds(judged(body, KNOWN, before=before, now=NOW))
    assert "lapsed promise" not in kinds(judged("Webmail works.", KNOWN, before=before))
    assert "lapsed promise" not in kinds(judged("Webmail works.", KNOWN, before=before, now=NOW - timedelta(minutes=13)))


def test_all_is_not_all_while_half_of_the_components_work() -> None:
    body = "All services are unavailable."
    (finding,) = [f for f in judged(body, KNOWN, all_components=PAGE, working=PAGE[1:]).findings if f.kind == "not all"]
    assert finding.quote == "All services" and "3 of 4 components work" in finding.message
    assert "not all" not in kinds(judged(body, KNOWN, all_components=PAGE, working=PAGE[:1]))
    assert "not all" not in kinds(judged("All services have recovered.", OVER, all_components=PAGE, working=PAGE))


def test_what_is_beyond_the_cap_is_not_read_and_that_is_told() -> None:
    report = judged("x " * LONGEST + "Webmail is down.")
    assert "too long" in kinds(report) and not report.facts["symptom"]


HOSTILE = ("a", "1", "12:34 ", ".", "a.b-", "n't'", " ", "errors ", "unable to the ", "will update by 12:00 ", "a\n", "[](<*",
           "1.", "because of ", "$%", "\u0000", "ﬀ", "all of every one ", "Aa Bb ", "https://a", "1,1,1", "12:34-")  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_hostile_draft_takes_no_longer_than_a_long_one(piece: str) -> None:
    """Time in proportion to its length: what a quadratic rule would take is far beyond, on any machine."""
    for language in ("en", "de", "fr"):
        short, long = (_seconds((piece * size)[:size], language) for size in (LONGEST // 20, 20_000))
        assert long < max(100 * short, 0.1)


def _seconds(body: str, language: str) -> float:
    spent = []
    for _ in range(3):
        started = time.process_time()
        judged(body, language=language)
        spent.append(time.process_time() - started)
    return min(spent)


def test_no_pattern_repeats_what_repeats() -> None:
    """A quantifier on a group with a quantifier without bound in it can take exponential time."""
    patterns = [value for module in (structure, flags) for value in vars(module).values() if isinstance(value, re.Pattern)]
    assert patterns
    for pattern in patterns:
        assert not re.search(r"\((?:[^()\\]|\\.)*(?<!\\)[+*](?:[^()\\]|\\.)*\)[+*]", pattern.pattern), pattern.pattern
