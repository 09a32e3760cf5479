"""What support says of an open incident: from the facts alone, speakable, short enough, and only while it is current."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sample import NOW, PAGE, a_component, a_page, an_incident, an_update

from lightship.core.kit import KINDS, SPOKEN_MOST, Kit, kit, kits
from lightship.core.kit.plain import clock, plain
from lightship.core.kit.social import X_MOST, x_length
from lightship.core.kit.spoken import speakable, spoken_time, weight
from lightship.core.model import ComponentStatus, Facts, Incident, Snapshot

MINUTE = timedelta(minutes=1)
VIENNA = "Europe/Vienna"
GIVEN = Facts(
    symptom="Sign-in ends with error 503. No mail is lost.",
    scope="Customers in Graz",
    numbers="6,200 mailboxes",
    unaffected="Phones and desktop programs",
    since=NOW - 19 * MINUTE,
    doing="Moving twelve servers",
    workaround="Use [any mail program](https://help.harbour.example/imap)",
    no_estimate=True,
    next_update=NOW + 30 * MINUTE,
)
UNREADABLE = re.compile(r"://|www\.|@|_|`|\*|#|%|/|\bv\d|\b(?:e\.g|i\.e|approx|etc)\.|\b[A-Z]{2,}\b|\S\.[a-z]{2,}\b|[A-Za-z]\d")


def an_open(facts: Facts = GIVEN, body: str = "Four of twelve have moved. Each takes 20 minutes.", **more: Any) -> Incident:
    parts = (a_component("Webmail", status=ComponentStatus.MAJOR),)
    return an_incident("Webmail is down", an_update(body, facts=facts), components=parts, **more)


def shown(incident: Incident, **more: Any) -> Snapshot:
    return a_page(open=[incident], components=incident.components, page=replace(PAGE, time_zone=VIENNA), revision=7, **more)


def kit_of(facts: Facts = GIVEN, *, after: int = 0, **more: Any) -> Kit:
    incident = an_open(facts, **more)
    return kit(shown(incident), incident, NOW + after * MINUTE)


def test_each_text_says_what_was_stated_and_when_more_will_be() -> None:
    made = kit_of()
    assert made.phone == (
        "We know about this problem. Sign-in ends with error 503. No mail is lost. Who is affected: Customers in Graz. "
        "How many: 6,200 mailboxes. Not affected: Phones and desktop programs. What we are doing: Moving twelve servers. "
        "What you can do meanwhile: Use any mail program. We cannot say yet when it will work again. "
        "We will say more by half past three in the afternoon, Vienna time."
    )
    assert made.reply.splitlines() == [
        "Hello,",
        "",
        "We know about this problem: Webmail is down.",
        "",
        "Sign-in ends with error 503. No mail is lost.",
        "Who is affected: Customers in Graz.",
        "How many: 6,200 mailboxes.",
        "Not affected: Phones and desktop programs.",
        "It began at 13:41 UTC (14:41 Vienna time).",
        "What we are doing: Moving twelve servers.",
        "What you can do meanwhile: Use any mail program (https://help.harbour.example/imap).",
        "We cannot say yet when it will work again.",
        "",
        "We will say more by 14:30 UTC (15:30 Vienna time). Everything we know is at "
        "https://harbour.example/incidents/webmailisdow/",
    ]
    assert made.chat.startswith("We know about this problem. Sign-in ends with error 503.")
    assert made.social.startswith("Webmail is down. Sign-in ends with error 503. No mail is lost. Who is affected: Customers")
    assert made.social.endswith("Next update by 14:30 UTC: https://harbour.example/incidents/webmailisdow/")


def test_the_sheet_parts_what_we_know_from_what_we_do_not() -> None:
    known, unknown, may = kit_of().sheet.split("\n\n")[1:]
    assert "- Components: Webmail (major outage)" in known
    assert "- When it works again: nobody can tell yet" in known
    assert "14:00 UTC (15:00 Vienna time): Four of twelve have moved. Each takes 20 minutes." in known
    assert unknown.splitlines() == [
        "WHAT WE DO NOT KNOW YET",
        "- The cause: we do not know yet.",
        "- Whether data was lost: we do not know yet.",
    ]
    assert may.startswith("WHAT MAY BE SAID")


def test_a_fact_that_nobody_gave_is_in_no_text_and_unknown_in_the_sheet() -> None:
    made = kit_of(Facts(), body="")
    for name in KINDS:
        text = getattr(made, name)
        assert not re.search("began|doing|meanwhile|workaround|cause|again|estimate|How many|Not affected", text), name
    assert made.phone == (
        "We know about this problem. Webmail is down. Who is affected: Webmail. What is new will be on our status page."
    )
    assert made.sheet.count("we do not know yet.") == 10
    assert "- Next update: no time is promised." in made.sheet


@pytest.mark.parametrize(
    ("facts", "says", "hides"),
    [
        (Facts(no_workaround=True), "There is no workaround yet.", "meanwhile"),
        (Facts(no_workaround=True, workaround="Use IMAP"), "Use I", "no workaround"),
        (Facts(estimate=NOW + 60 * MINUTE), "It should work again by four in the afternoon, Vienna time.", "cannot say"),
        (Facts(estimate=NOW - MINUTE), "We know about this problem.", "again"),
        (Facts(since=NOW - 15 * MINUTE), "It began at a quarter to three in the afternoon, Vienna time.", "promise"),
    ],
)
def test_what_there_is_not_and_what_has_passed(facts: Facts, says: str, hides: str) -> None:
    made = kit_of(facts, body="")
    assert says in made.phone
    assert hides not in made.phone


def test_an_estimate_that_has_passed_is_owned_up_to_in_the_sheet() -> None:
    sheet = kit_of(Facts(estimate=NOW - MINUTE)).sheet
    assert "- When it works again: the time that was named, 13:59 UTC (14:59 Vienna time), has passed." in sheet


def test_after_the_promise_no_text_pretends_to_be_current() -> None:
    over = "This was current until 14:30 UTC (15:30 Vienna time). Do not read it out. Ask the duty writer."
    assert not kit_of(after=29).expired
    late = kit_of(after=30)
    assert late.expired
    assert {getattr(late, name) for name in KINDS} == {over}
    assert late.sheet.startswith(over)
    assert late.stamp == "Revision 7. This was current until 14:30 UTC (15:30 Vienna time)."
    current = "Revision 7. Current until 14:30 UTC (15:30 Vienna time); after that do not use it, ask the duty writer."
    assert kit_of().stamp == current


def test_without_a_promise_it_is_current_for_one_interval_after_a_person_spoke() -> None:
    assert kit_of(Facts()).expires == NOW + 30 * MINUTE
    incident = an_open(Facts())
    machine = an_update("3 probes fail.", at=NOW + 20 * MINUTE, automatic=True, facts=Facts(next_update=NOW + 90 * MINUTE))
    both = replace(incident, updates=(*incident.updates, machine))
    made = kit(shown(both), both, NOW + 21 * MINUTE)
    assert made.expires == NOW + 30 * MINUTE
    assert "probes" not in made.phone


def test_there_is_one_for_each_open_incident_and_none_for_planned_work() -> None:
    first, second = an_open(), replace(an_open(), id="other0000000")
    assert [made.incident for made in kits(a_page(open=[second, first]), NOW)] == [second.id, first.id]
    assert kits(a_page(), NOW) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The API v2 answers 503", "The A P I version 2 answers 503"),
        ("See https://status.example/x?y=1.", "See the address on our status page."),
        ("Write to help@harbour.example, please", "Write to the address on our status page, please"),
        ("help.harbour.example/imap is up", "the address on our status page is up"),
        ("10.0.0.1 is silent", "the address on our status page is silent"),
        ("**mail-07** to `mail-18`", "mail 7 to mail 18"),
        ("db_primary-eu-west-1", "db primary-eu west 1"),
        ("approx. 3 % of IMAP/SMTP users, e.g. in Graz", "about 3 percent of I M A P or S M T P users, for example in Graz"),
        ("Takes ~5min, 2 h or 300ms", "Takes about 5 minutes, 2 hours or 300 milliseconds"),
        ("at 13:41 UTC and 14:41 CET", "at 13:41 universal time and 14:41 Central European time"),
        ("412 new .at domains", "412 new dot at domains"),
        ("Request 7f3a9c21-44de: failed 🔥", "Request a code: failed"),
        ("It ends with ERR_CONN_RESET or 0x80070005", "It ends with a code or a code"),
        ("It is NOT your fault", "It is NOT your fault"),
        ("# Big\n- one\n- two", "Big one two"),
        ("Web & mail – all of it", "Web and mail, all of it"),
    ],
)
def test_nothing_is_left_that_cannot_be_read_out(text: str, said: str) -> None:
    assert speakable(text) == said


TYPED = (
    "API v2|https://a.example/b|mail-07|ERR_CONN_RESET|e.g.|a@b.example|10.0.0.1|`x`|**bold**|50 %|HTTP/2|db_01|and|is down.|"
    "/var/log/mail|#4|approx.|SMTP|www.a.example|0xdeadbeef|it works|for some|in Graz!|6,200"
)
NASTY = st.lists(st.sampled_from(TYPED.split("|")), max_size=60).map(" ".join)


@given(NASTY, NASTY, NASTY)
def test_the_script_is_speakable_in_thirty_seconds_whatever_was_typed(symptom: str, scope: str, doing: str) -> None:
    made = kit_of(replace(GIVEN, symptom=symptom, scope=scope, doing=doing))
    assert weight(made.phone) <= SPOKEN_MOST
    assert not UNREADABLE.search(made.phone), made.phone
    assert x_length(made.social) <= X_MOST


@given(st.text(max_size=300), st.text(max_size=2500))
def test_no_text_is_too_long_or_fails_whatever_was_typed(name: str, text: str) -> None:
    facts = Facts(symptom=text, scope=text, workaround=text, doing=text, next_update=NOW + MINUTE)
    incident = replace(an_open(facts, body=text), name=name[:255])
    made = kit(shown(incident), incident, NOW)
    assert x_length(made.social) <= X_MOST
    assert len(made.chat) <= 600


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("hello", 5),
        ("Grüße – “ja”", 12),
        ("https://harbour.example/incidents/webmailisdow/", 23),
        ("See https://a.example/?q=1, then.", 4 + 23 + 7),
        ("障害", 4),
        ("…", 2),
        ("🔥", 2),
        ("👩🏽‍💻", 2),
        ("🇦🇹", 2),
        ("☀️", 2),
        ("e\u0301", 1),
    ],
)
def test_a_post_is_counted_as_the_network_counts_it(text: str, length: int) -> None:
    assert x_length(text) == length


def test_a_name_that_is_too_long_for_the_network_is_cut_at_a_word() -> None:
    incident = replace(an_open(), name="障害 " * 80)
    social = kit(shown(incident), incident, NOW).social
    assert x_length(social) <= X_MOST
    assert "障害 … Next update by 14:30 UTC: https://" in social


@pytest.mark.parametrize(
    ("hour", "minute", "spoken"),
    [
        (0, 0, "midnight"),
        (12, 0, "noon"),
        (12, 30, "half past twelve in the afternoon"),
        (9, 15, "a quarter past nine in the morning"),
        (11, 45, "a quarter to twelve in the morning"),
        (18, 5, "six oh five in the evening"),
        (14, 37, "two thirty-seven in the afternoon"),
    ],
)
def test_times_are_spoken_as_people_do(hour: int, minute: int, spoken: str) -> None:
    at = NOW.replace(hour=hour, minute=minute)
    assert spoken_time(at, at, "UTC") == f"{spoken}, universal time"


@pytest.mark.parametrize("zone", ["Etc/UTC", "UTC", "Nowhere/City", "Etc/GMT+3"])
def test_a_zone_that_says_nothing_to_people_is_utc(zone: str) -> None:
    assert clock(NOW, NOW, zone) == "14:00 UTC"


def test_another_day_is_named() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=NOW.tzinfo)
    assert clock(late, NOW, VIENNA) == "23:30 UTC (23 November, 00:30 Vienna time)"
    assert spoken_time(late, NOW, VIENNA) == "half past twelve in the morning on 23 November, Vienna time"


def test_addresses_are_kept_where_they_can_be_clicked() -> None:
    assert plain("Use [this](https://a.example/b) *now*") == "Use this now"
    assert plain("Use [this](https://a.example/b)", links=True) == "Use this (https://a.example/b)"
    assert plain("snake_case stays, _this_ does not") == "snake_case stays, this does not"


@pytest.mark.parametrize("typed", ["A. ", "a@", "x . ", "[a](", "::1", "0a-", "a.", "<br "])
def test_a_hostile_text_costs_no_more_than_a_long_one(typed: str) -> None:
    text = typed * 8000
    started = process_time()
    kit_of(replace(GIVEN, symptom=text, scope=text, workaround=text, doing=text, cause=text), body=text)
    assert process_time() - started < 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("We know it.", 3),
        ("About 6,200 of mail 7", 8),
        ("two thirty-seven", 3),
        ("障害が発生しました", 5),
        ("A P I", 3),
    ],
)
def test_numbers_and_dense_writing_take_their_time_to_say(text: str, words: int) -> None:
    assert weight(text) == words
