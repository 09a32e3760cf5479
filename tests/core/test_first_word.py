"""When customers' reports start the clock of the first word, and what the duty writer reads of them."""

from datetime import UTC, datetime, timedelta

import pytest

from lightship.core.duty.first_word import FLOOD, CustomerReport, Open, Past, due, starts, tally
from lightship.core.duty.policy import Policy

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POLICY, NOTHING, NEVER = Policy(reports=3, reports_within=10), Open(), Past()


def report(minutes: float = 1, customer: str = "", sender: str = "desk", text: str = "503", *components: str) -> CustomerReport:
    at = NOW - minutes * MINUTE
    return CustomerReport(at=at, sender=sender, text=text, customer=customer, components=frozenset(components or ("web",)))


@pytest.mark.parametrize(
    ("reports", "started"),
    [
        pytest.param([report(1), report(2)], False, id="two are not three"),
        pytest.param([report(1), report(2), report(9)], True, id="three within ten minutes"),
        pytest.param([report(1), report(2), report(10)], False, id="the third is too old"),
        pytest.param([report(1, "Dave"), report(2, " dave"), report(3, "DAVE")], False, id="one customer three times"),
        pytest.param([report(1, "Dave"), report(2, "dave"), report(3), report(4, "Erin")], True, id="three customers"),
        pytest.param([report(1, "A 1"), report(2, "a1"), report(3, "a2")], False, id="a reference typed otherwise"),
        pytest.param([], False, id="nobody"),
    ],
)
def test_so_many_customers_start_the_clock(reports: list[CustomerReport], started: bool) -> None:
    assert starts(reports, POLICY, NOTHING, NEVER, NOW) is started


@pytest.mark.parametrize(
    ("opened", "components", "started"),
    [
        (Open(1, frozenset({"web"})), ("web",), False),
        (Open(1, frozenset({"mail"})), ("web",), True),
        (Open(1, frozenset({"mail"})), ("web", "mail"), True),
        (Open(0, frozenset()), ("web",), True),
    ],
)
def test_what_staff_speak_of_already_needs_no_first_word(opened: Open, components: tuple[str, ...], started: bool) -> None:
    reports = [report(minutes, "", "desk", "503", *components) for minutes in (1, 2, 3)]
    assert starts(reports, POLICY, opened, NEVER, NOW) is started


def test_a_report_that_names_nothing_is_of_what_is_open() -> None:
    vague = [CustomerReport(at=NOW, sender="desk", text="It is all broken") for _ in range(3)]
    assert not starts(vague, POLICY, Open(1, frozenset({"web"})), NEVER, NOW)
    assert starts(vague, POLICY, NOTHING, NEVER, NOW)


def test_reports_before_the_last_alert_was_closed_count_no_more() -> None:
    reports = [report(1), report(2), report(5)]
    assert starts(reports, POLICY, NOTHING, Past(NOW - 6 * MINUTE, None), NOW)
    assert not starts(reports, POLICY, NOTHING, Past(NOW - 4 * MINUTE, None), NOW)


def test_after_a_writer_dismissed_them_the_same_sender_alone_starts_no_other_alert() -> None:
    past = Past(NOW - 5 * MINUTE, NOW - 5 * MINUTE)
    same = [report(8, sender="night"), *(report(minutes, f"c{minutes}", "night") for minutes in (1, 2, 3, 4))]
    assert not starts(same, POLICY, NOTHING, past, NOW)
    assert starts([*same, report(1, sender="day"), report(1, sender="day")], POLICY, NOTHING, past, NOW)
    after = NOW + 11 * MINUTE
    later = [CustomerReport(at=after, sender="night", customer=f"d{number}") for number in range(3)]
    assert starts([*same, *later], POLICY, NOTHING, past, after)


def test_a_flood_counts_as_one_customer() -> None:
    flood = [report(0.1, f"c{number}", "night") for number in range(FLOOD)]
    assert starts(flood[:-1], POLICY, NOTHING, NEVER, NOW)
    assert not starts(flood, POLICY, NOTHING, NEVER, NOW)
    assert starts([*flood, report(1, "Dave"), report(1, "Erin")], POLICY, NOTHING, NEVER, NOW)


def test_the_first_word_is_due_when_the_policy_says() -> None:
    assert due(NOW, Policy(first_word=10)) == NOW + 10 * MINUTE


def test_customers_are_counted_once_and_their_newest_words_quoted_first() -> None:
    reports = [report(1, "Dave", "a", "Still down", "web"), report(5, "dave", "a", "503", "mail"), report(3, "", "a", "Slow")]
    counted = tally(reports)
    assert (counted.customers, counted.components) == (2, {"web": 2})
    assert [quote.text for quote in counted.quotes] == ["Still down", "Slow"]


def test_one_who_writes_much_hides_nobodys_words() -> None:
    flood = [report(0.1, "", "night", f"spam {number}") for number in range(500)]
    quotes = [quote.text for quote in tally([*flood, report(9, "Dave", "day", "No mail since nine")]).quotes]
    assert len(quotes) == 4
    assert quotes[-1] == "No mail since nine"


def test_a_tap_without_words_is_counted_and_quotes_nothing() -> None:
    counted = tally([report(1, "", "a", ""), report(2, "", "a", "503")])
    assert (counted.customers, [quote.text for quote in counted.quotes]) == (2, ["503"])
