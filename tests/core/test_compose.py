"""A text from facts: what is stated is in it, once and in plain words, and nothing else is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.values import FACTS

from lightship.core.compose import FIELDS, check_template, compose, numbers_of, retimed
from lightship.core.model import INCIDENT_STATUSES, Facts, Status
from lightship.core.rules import Refused

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
NEXT = NOW + timedelta(minutes=30)
FIRST, KNOWN, WATCHING, OVER, REVIEW = INCIDENT_STATUSES
ALL = Facts(
    symptom="sign-in fails with error 503",
    scope="mailboxes in Vienna",
    numbers="about 4,000",
    unaffected="IMAP and mobile programs",
    since=NOW - timedelta(minutes=19),
    doing="moving mailboxes to spare hardware",
    workaround="use IMAP",
    estimate=NOW + timedelta(hours=2),
    next_update=NEXT,
)
ENDED = Facts(
    symptom="Sign-in failed with error 503.",
    since=NOW - timedelta(minutes=19),
    ended=NOW,
    cause="a failed storage controller",
    doing="moved all mailboxes to spare hardware",
    prevention="a second controller is on order",
    data_lost="none",
)
TEXTS: list[tuple[str, Status, Facts, list[str], str]] = [
    ("nothing stated", FIRST, Facts(), [], ""),
    ("affected alone", FIRST, Facts(), ["Webmail"], "Affected: Webmail."),
    (
        "the least of a first post",
        FIRST,
        Facts(symptom="sign-in fails", next_update=NEXT),
        ["Webmail", "IMAP"],
        "Sign-in fails. Affected: Webmail and IMAP. Next update by 14:30 UTC.",
    ),
    (
        "a symptom that names what is affected",
        FIRST,
        Facts(symptom="Webmail shows an empty inbox."),
        ["Webmail"],
        "Webmail shows an empty inbox.",
    ),
    (
        "all of a first post",
        FIRST,
        ALL,
        ["Webmail"],
        "Sign-in fails with error 503. Affected: Webmail. Who is affected: mailboxes in Vienna (about 4,000). "
        "Not affected: IMAP and mobile programs. It began at 13:41 UTC. "
        "What we are doing now: moving mailboxes to spare hardware. What you can do meanwhile: use IMAP. "
        "We expect it to work again by 16:00 UTC. Next update by 14:30 UTC.",
    ),
    (
        "none yet",
        KNOWN,
        Facts(cause="a failed controller", no_workaround=True, no_estimate=True),
        [],
        "Cause: a failed controller. There is no workaround yet. We cannot say yet when it will work again.",
    ),
    (
        "a sentence of the author's own",
        WATCHING,
        Facts(doing="All mailboxes are on new hardware.", scope="Everybody in Vienna was affected.", numbers="4,000"),
        [],
        "Everybody in Vienna was affected. How many: 4,000. All mailboxes are on new hardware.",
    ),
    (
        "what only looks like a sentence",
        KNOWN,
        Facts(cause="A failed storage controller.", scope="Customers on two servers.", workaround="Use IMAP."),
        [],
        "Who is affected: Customers on two servers. Cause: A failed storage controller. What you can do meanwhile: Use IMAP.",
    ),
    (
        "the end",
        OVER,
        ENDED,
        ["Webmail"],
        "Over for Webmail. It lasted from 13:41 UTC to 14:00 UTC. What customers saw: Sign-in failed with error 503. "
        "Cause: a failed storage controller. What we did: moved all mailboxes to spare hardware. "
        "So that it does not happen again: a second controller is on order. No data was lost.",
    ),
    (
        "an end without a begin, and data that was lost",
        OVER,
        Facts(ended=NOW, data_lost="mail of 14 mailboxes from 13:41 to 13:44 UTC"),
        [],
        "It ended at 14:00 UTC. Data: mail of 14 mailboxes from 13:41 to 13:44 UTC.",
    ),
    ("a promise is not made for what is over", OVER, Facts(next_update=NEXT), [], ""),
    (
        "what was learned",
        REVIEW,
        Facts(cause="a rule that let one controller carry all", prevention="two carry half each"),
        [],
        "Cause: a rule that let one controller carry all. So that it does not happen again: two carry half each.",
    ),
    (
        "a maintenance under way",
        Status.IN_PROGRESS,
        Facts(doing="replacing disks", next_update=NEXT),
        [],
        "What we are doing now: replacing disks. Next update by 14:30 UTC.",
    ),
]


@pytest.mark.parametrize(("name", "status", "facts", "components", "text"), TEXTS, ids=[text[0] for text in TEXTS])
def test_what_is_stated_is_written_and_nothing_else(
    name: str, status: Status, facts: Facts, components: list[str], text: str
) -> None:
    assert compose(facts, status, components, now=NOW) == text


def test_a_time_of_another_day_names_its_day() -> None:
    facts = Facts(since=NOW - timedelta(days=1), next_update=NEXT)
    assert compose(facts, FIRST, [], now=NOW) == "It began at 21 Nov, 14:00 UTC. Next update by 14:30 UTC."
    assert compose(facts, FIRST, []) == "It began at 21 Nov, 14:00 UTC. Next update by 22 Nov, 14:30 UTC."


TEMPLATES = [
    ("{symptom}. We are on it since {since}.", Facts(symptom="Sign-in fails."), "Sign-in fails."),
    ("{symptom}. It affects {scope}.", Facts(symptom="sign-in fails", scope="Vienna"), "Sign-in fails. It affects Vienna."),
    ("Hello {name}.", Facts(), ""),
    ("Dear customers,\n\n{symptom}.\n\nYour Acme.", Facts(), "Dear customers,\n\nYour Acme."),
    ("{symptom}\nNext: {next_update}", Facts(symptom="a {scope} b", next_update=NEXT), "A {scope} b\nNext: 14:30 UTC"),
    ("See https://acme.example/a.b for {components}.", Facts(), "See https://acme.example/a.b for Webmail."),
    ("Workaround: {workaround}. Back: {estimate}.", Facts(no_workaround=True, no_estimate=True),
     "Workaround: none yet. Back: no estimate yet."),
]  # fmt: skip


@pytest.mark.parametrize(("template", "facts", "text"), TEMPLATES)
def test_a_template_drops_the_sentence_of_what_is_not_stated(template: str, facts: Facts, text: str) -> None:
    assert compose(facts, FIRST, ["Webmail"], template, now=NOW) == text


@pytest.mark.parametrize("name", FIELDS)
def test_a_template_may_use_every_fact(name: str) -> None:
    check_template(f"This: {{{name}}}.")


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{symptoms}", "Did you mean {symptom}?"),
        ("{Symptom}", "Did you mean {symptom}?"),
        ("{}", "There is {components}"),
        ("{symptom", "no fact"),
        ("symptom}", "no fact"),
        ("a" * 2_001, "2,001 characters"),
    ],
)
def test_a_template_with_an_unknown_field_is_refused(template: str, words: str) -> None:
    with pytest.raises(Refused, match=words.replace("{", r"\{").replace("?", r"\?")):
        check_template(template)


NUMBERS = [
    ("About 4,000 mailboxes fail, 12% of all.", ("4,000 mailboxes", "12 %")),
    ("Since 13:41 UTC, on 22 November 2026. Next at 14:30.", ()),
    ("Error 503. 503 again.", ("503",)),
    ("Sign-in fails with error 503. No mail is lost.", ("503",)),
    ("3.5 TB are copied, 2 of 7 shelves left.", ("3.5 TB", "2", "7 shelves")),
    ("db-04, v2 and 10.0.0.1 are back.", ()),
    ("Nothing.", ()),
]


@pytest.mark.parametrize(("text", "numbers"), NUMBERS)
def test_the_quantities_of_an_update_are_asked_about(text: str, numbers: tuple[str, ...]) -> None:
    assert numbers_of(text) == numbers


def test_a_text_changed_by_hand_has_the_time_that_is_promised_in_the_end() -> None:
    assert (
        retimed("Soon. Next update by 14:30 UTC.", NEXT, NEXT + timedelta(minutes=4), NOW) == "Soon. Next update by 14:34 UTC."
    )
    assert retimed("By hand.", NEXT, NEXT + timedelta(minutes=4), NOW) == "By hand."


@given(FACTS, st.sampled_from(Status), st.lists(st.text(max_size=20), max_size=3), st.text(max_size=200))
def test_no_fact_or_template_breaks_it(facts: Facts, status: Status, components: list[str], template: str) -> None:
    text = compose(facts, status, components, template, now=NOW)
    if not template.strip() and facts.doing.strip() and status in INCIDENT_STATUSES:
        assert " ".join(facts.doing.split())[1:] in text


def test_twenty_kilobytes_of_digits_are_read_at_once() -> None:
    hostile = "1," * 10_000
    assert len(numbers_of(hostile)) <= 6
