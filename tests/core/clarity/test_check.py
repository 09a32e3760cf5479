"""The check of a draft: its verdict, what it finds, and the one line with which it says so."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.core.clarity.examples import Example, english, german

from lightship.core.clarity import Draft, Report, Verdict, check, guess
from lightship.core.clarity.verdict import FLAGS, missing, points, verdict
from lightship.core.model import Facts, Incident, Status, Update, Wording
from lightship.core.updates import NO_FACTS

NOW = datetime(2026, 11, 22, 14, 10, tzinfo=UTC)
LOOKING, KNOWN, OVER = Status.INVESTIGATING, Status.IDENTIFIED, Status.RESOLVED
PAGE = ("Webmail", "Calendar", "API", "Billing")
NOTHING: dict[str, bool | str] = {**dict.fromkeys(FLAGS, False), "workaround": "absent", "next_update": "absent"}


def judged(body: str, status: Status = LOOKING, **more: object) -> Report:
    return check(Draft(body=body, status=status, **more))  # type: ignore[arg-type]


def kinds(report: Report) -> set[str]:
    return {finding.kind for finding in report.findings}


def earlier(body: str, minutes: int = 40, facts: Facts = NO_FACTS, *, automatic: bool = False) -> Incident:
    at = NOW - timedelta(minutes=minutes)
    update = Update(
        id="a" * 12, status=LOOKING, wordings=(Wording(at, body, facts),), created_at=at, updated_at=at, display_at=at,
        automatic=automatic,
    )  # fmt: skip
    return Incident(id="b" * 12, name="Webmail", created_at=at, updated_at=at, started_at=at, updates=(update,))


@pytest.mark.parametrize(
    ("stated", "status", "expected"),
    [
        ({}, LOOKING, "vague"),
        ({"affected": True}, LOOKING, "vague"),
        ({"affected": True, "symptom": True}, LOOKING, "acceptable"),
        ({"action": True}, KNOWN, "acceptable"),
        ({"workaround": "given"}, KNOWN, "acceptable"),
        ({"workaround": "none_stated"}, KNOWN, "vague"),
        ({"next_update": "vague"}, KNOWN, "vague"),
        ({"apology": True, "excuse": True}, KNOWN, "vague"),
        ({"affected": True, "symptom": True, "scope": True, "next_update": "time"}, LOOKING, "definitive"),
        ({"affected": True, "symptom": True, "scope": True, "cause": True}, LOOKING, "acceptable"),
        ({"affected": True, "symptom": True, "action": True}, KNOWN, "acceptable"),
        ({"affected": True, "symptom": True, "end_time": True, "cause": True}, OVER, "definitive"),
        ({"affected": True, "symptom": True, "end_time": True, "scope": True}, OVER, "acceptable"),
    ],
)
def test_the_verdict_follows_from_the_facts(stated: dict[str, bool | str], status: Status, expected: str) -> None:
    assert verdict({**NOTHING, **stated}, status) == expected


def test_what_is_done_and_what_a_reader_can_do_count_twice() -> None:
    assert points({**NOTHING, "action": True, "workaround": "given", "affected": True}) == 5


def test_each_status_asks_for_other_facts() -> None:
    assert missing(NOTHING, LOOKING) == ("affected", "symptom", "scope", "start_time", "workaround", "next_update")
    assert missing({**NOTHING, "workaround": "none_stated"}, KNOWN) == ("affected", "symptom", "action", "next_update")
    assert "cause" in missing(NOTHING, OVER) and "next_update" not in missing(NOTHING, OVER)


def agreement(examples: list[Example], language: str) -> dict[str, float]:
    """The share of the examples on which check and label agree, by fact, and the F1 of the vague class."""
    reports = [check(Draft(body=example.text, status=example.status, language=language)) for example in examples]
    pairs = [(example.verdict == "vague", report.verdict == "vague") for example, report in zip(examples, reports, strict=True)]
    wrong = sum(truth != guessed for truth, guessed in pairs)
    hits = pairs.count((True, True))
    shares = {
        fact: sum(example.facts[fact] == report.facts[fact] for example, report in zip(examples, reports, strict=True))
        / len(examples)
        for fact in examples[0].facts
    }
    return {**shares, "vague": 2 * hits / (2 * hits + wrong)}


@pytest.mark.parametrize(("language", "examples"), [("en", english()), ("de", german())])
def test_it_agrees_with_a_reader_in_english_and_in_german(language: str, examples: list[Example]) -> None:
    shares = agreement(examples, language)
    assert len(examples) >= 60
    assert shares["vague"] >= 0.9
    assert {fact: share for fact, share in shares.items() if share < 0.9} == {}


def test_a_language_without_a_pack_is_told_that_only_structure_is_checked() -> None:
    body = "Nous enquêtons sur un incident qui touche eu-west-3 depuis 14:02 UTC."
    report = judged(body, language="fr")
    assert kinds(report) == {"language"}
    assert "only times, numbers and fields are checked" in report.findings[0].message
    assert report.facts["scope"] and report.verdict is Verdict.ACCEPTABLE
    assert judged(body, language="fr", facts=Facts(symptom="lent", next_update=NOW)).facts["symptom"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("We are looking into an issue with the webmail.", "en"),
        ("Wir untersuchen eine Störung, die das Webmail betrifft.", "de"),
        ("Nous enquêtons sur un incident qui touche la messagerie depuis hier soir.", "und"),
        ("Webmail down.", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_told_by_the_commonest_words(text: str, language: str) -> None:
    assert guess(text) == language


@pytest.mark.parametrize("body", ["", "   \n ", "!!!"])
def test_an_empty_draft_is_vague_and_told_so(body: str) -> None:
    report = judged(body)
    assert report.verdict is Verdict.VAGUE
    assert kinds(report) == {"empty"}


def test_fields_win_over_the_text_and_ticked_components_are_affected() -> None:
    facts = Facts(symptom="Sign-in fails with 503", scope="customers in Austria", next_update=NOW)
    report = judged("We are looking into it.", facts=facts, components=("Webmail",))
    assert report.verdict is Verdict.DEFINITIVE
    assert report.facts["affected"] and report.facts["scope"] and report.facts["next_update"] == "time"


@pytest.mark.parametrize(
    ("facts", "fact"),
    [
        (Facts(symptom="an issue"), "symptom"),
        (Facts(symptom="degraded performance"), "symptom"),
        (Facts(scope="some users"), "scope"),
        (Facts(doing="investigating"), "action"),
        (Facts(doing="working on a fix"), "action"),
        (Facts(cause="an upstream issue"), "cause"),
    ],
)
def test_a_field_filled_with_nothing_states_nothing_and_is_quoted(facts: Facts, fact: str) -> None:
    report = judged("It is being looked at.", OVER if fact == "cause" else KNOWN, facts=facts)
    assert report.facts[fact] is False
    quotes = [finding.quote for finding in report.findings if finding.kind == f"missing {fact}"]
    assert quotes == [facts.symptom or facts.scope or facts.doing or facts.cause] or fact == "scope"


@pytest.mark.parametrize(
    ("facts", "key", "value"),
    [
        (Facts(scope="12 % of mailboxes"), "scope", True),
        (Facts(scope="all customers"), "scope", True),
        (Facts(numbers="about 300"), "scope", True),
        (Facts(unaffected="mobile app"), "scope", True),
        (Facts(doing="moving mailboxes to spare hardware"), "action", True),
        (Facts(cause="a failed controller"), "cause", True),
        (Facts(workaround="use the mobile app"), "workaround", "given"),
        (Facts(workaround="none yet"), "workaround", "none_stated"),
        (Facts(workaround="please contact support"), "workaround", "absent"),
        (Facts(no_workaround=True), "workaround", "none_stated"),
        (Facts(since=NOW), "start_time", True),
        (Facts(ended=NOW), "end_time", True),
        (Facts(estimate=NOW), "eta", True),
    ],
)
def test_a_field_states_its_fact(facts: Facts, key: str, value: object) -> None:
    assert judged("It is being looked at.", facts=facts).facts[key] == value


def test_the_name_of_a_component_is_something_affected() -> None:
    assert judged("The API does not answer.", all_components=PAGE).facts["affected"]
    assert not judged("It does not answer.", all_components=PAGE).facts["affected"]


def test_a_finding_names_the_words_it_saw_and_asks_a_question() -> None:
    report = judged("Some users may see issues.")
    by_kind = {finding.kind: finding for finding in report.findings}
    assert by_kind["missing symptom"].quote == "issues"
    assert by_kind["missing scope"].message == "Nothing says who is affected: “Some” does not."
    assert by_kind["missing scope"].field == "scope" and by_kind["missing scope"].question.endswith("?")
    assert all("\n" not in finding.message for finding in report.findings)
