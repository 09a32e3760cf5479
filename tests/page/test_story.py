"""The headline block of an incident: what a person said last, who and when, and the facts given; nothing that nobody wrote."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.page import sample
from tests.page.conftest import rendered
from tests.sample import NOW, a_component, a_page, an_incident, an_update

from lightship import page as paper
from lightship.core.history import Timeline, steps
from lightship.core.model import Change, ComponentStatus, Facts, Incident, Snapshot, Status
from lightship.page import prose

MINUTE = timedelta(minutes=1)
GIVEN = Facts(
    symptom="Sign-in ends with error 503.",
    scope="Customers in Graz",
    numbers="6,200 mailboxes",
    unaffected="Phones",
    since=NOW - 20 * MINUTE,
    doing="Moving twelve servers",
    no_workaround=True,
    no_estimate=True,
    next_update=NOW + 30 * MINUTE,
)


def text_of(html: bytes) -> str:
    body = re.sub(r"<(script|style)>.*?</\1>", "", html.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", body).split())


def head(html: bytes) -> str:
    return text_of(html.partition(b"</nav>")[2].partition(b"</header>")[0])


def block_of(snapshot: Snapshot) -> str:
    return head(paper.index(snapshot))


def one(*updates: tuple[str, Facts], **more: object) -> Incident:
    posts = (an_update(body, at=NOW + n * MINUTE, facts=facts) for n, (body, facts) in enumerate(updates))
    return an_incident("Webmail is down", *posts, **more)


def test_the_block_holds_the_newest_sentence_who_said_it_and_when_and_every_fact_given() -> None:
    incident = one(("We see it.", Facts()), ("Four of twelve have moved. More later.", GIVEN))
    spoken = replace(incident.updates[-1], speaker="Alice, on duty")
    block = block_of(a_page(open=[replace(incident, updates=(incident.updates[0], spoken))], at=NOW + 2 * MINUTE))
    assert "Four of twelve have moved. Alice, on duty, 14:01 UTC" in block
    assert "Next update by 14:30 UTC ; later than that, it is overdue." in block
    rows = "Problem Sign-in ends with error 503. Affects Customers in Graz How many 6,200 mailboxes Not affected Phones"
    assert (
        f"{rows} Since 13:40 UTC Doing now Moving twelve servers Meanwhile No workaround yet Back by No estimate yet" in block
    )


def test_nobody_wrote_a_word_where_nobody_wrote() -> None:
    for status in (Status.INVESTIGATING, Status.IDENTIFIED, Status.MONITORING):
        incident = an_incident("Webmail is down", an_update("", status))
        shot = a_page(open=[incident])
        assert block_of(shot) == "Webmail is down Since 14:00 UTC As of 14:00 UTC"
        for path, body in rendered(shot).items():
            assert not re.search(rb"[Ll]ooking for the cause|being worked on|No time promised|watching that it holds", body), (
                path
            )


def test_what_the_newest_sentence_says_is_not_repeated_as_a_fact() -> None:
    facts = Facts(symptom="Sign-in fails. No mail is lost.", doing="Moving twelve servers")
    block = block_of(a_page(open=[one(("Sign-in fails. Moving twelve servers now.", facts))]))
    assert block.count("Sign-in fails.") == 1
    assert "No mail is lost." in block
    block = block_of(a_page(open=[one(("We are Moving twelve servers now.", facts))]))
    assert "Doing now" not in block


def test_a_machines_line_is_labelled_and_moves_neither_sentence_nor_promise() -> None:
    incident = one(("Four have moved.", GIVEN), ("3 of 5 probes fail.", Facts(next_update=NOW + 90 * MINUTE)))
    machine = replace(incident.updates[-1], automatic=True)
    shot = a_page(open=[replace(incident, updates=(incident.updates[0], machine))], at=NOW + 31 * MINUTE)
    block = block_of(shot)
    assert "Four have moved. 14:00 UTC" in block
    assert "Update was due 14:30 UTC ; it is overdue. Last confirmed 14:00 UTC." in block
    assert "Doing now Moving twelve servers" in block
    files = paper.front(shot)
    assert "<small>automatic</small>" in files["index.html"].decode()
    assert b"Investigating, automatic: Webmail is down" in files["feed.json"]


def test_when_it_is_over_the_block_says_how_it_ended() -> None:
    over = Facts(ended=NOW + MINUTE, cause="A failed controller.", prevention="Two are in use now.", data_lost="None")
    incident = one(("It is down.", GIVEN), ("It works again.", over))
    ended = replace(incident, updates=(incident.updates[0], replace(incident.updates[1], status=Status.RESOLVED)))
    leaf = paper.leaf(a_page().page, ended, ())[f"incidents/{incident.id}/index.html"]
    text = head(leaf)
    assert text.startswith("Resolved Webmail is down It works again. 22 Nov 2026, 14:01 UTC")
    assert (
        "Ended 22 Nov 2026, 14:01 UTC , after 21 min Cause A failed controller. Prevention Two are in use now. Data None"
        in text
    )
    assert "Doing now" not in text
    assert "Meanwhile" not in text
    assert "Next update" not in text


def ended_as(**how: object) -> Incident:
    down = Change("webmail00000", "Webmail", ComponentStatus.OPERATIONAL, ComponentStatus.MAJOR)
    over = replace(down, old=down.new, new=down.old)
    first = an_update("It is down.", at=NOW - 60 * MINUTE, changes=(down,))
    last = an_update("It was a mistake.", Status.RESOLVED, at=NOW - 30 * MINUTE, changes=(over,))
    return an_incident("Webmail is down", first, last, **how)


def test_what_was_withdrawn_stays_to_be_read_and_counts_as_no_outage() -> None:
    incident = ended_as(withdrawn=True)
    changes = Timeline.of(steps([incident])).status_changes()
    assert changes == ()
    assert len(Timeline.of(steps([ended_as()])).status_changes()) == 2
    shot = a_page(components=[a_component("Webmail")], recent=(incident,), months=(("2026-11", 1),))
    files = rendered(shot)
    for path in ("index.html", "history/2026-11/index.html", f"incidents/{incident.id}/index.html"):
        assert "Withdrawn: posted by mistake" in text_of(files[path]), path
    assert "Resolved" not in text_of(files["index.html"])


def test_what_was_merged_leads_to_the_incident_that_goes_on() -> None:
    other = replace(one(("It goes on here.", Facts())), id="other0000000", name="Mail is down")
    incident = ended_as(merged_into=other.id)
    files = rendered(a_page(recent=(incident,), open=[other], months=(("2026-11", 2),)))
    for path, up in (("index.html", ""), ("history/2026-11/index.html", "../../")):
        assert f"Goes on in: <a href={up}incidents/{other.id}/index.html>Mail is down</a>" in files[path].decode(), path
    leaf = files[f"incidents/{incident.id}/index.html"].decode()
    assert f"Goes on in: <a href=../../incidents/{other.id}/index.html>the other incident</a>" in leaf


def test_staffed_hours_are_shown_where_they_are_published() -> None:
    page = replace(sample.PAGE, staffed="Monday to Friday, 8:00 to 18:00 in Vienna")
    for broken in (0, 1):
        text = text_of(paper.index(sample.snapshot(broken, page=page)))
        assert text.count("Staffed: Monday to Friday, 8:00 to 18:00 in Vienna") == 1
        assert "Staffed" not in text_of(paper.index(sample.snapshot(broken)))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", ""),
        ("Sign-in **fails**. We look.", "Sign-in fails."),
        ("No. 5 is down. We look.", "No. 5 is down."),
        ("Approx. 4 of mail-07.example are slow! Sorry.", "Approx. 4 of mail-07.example are slow!"),
        ("The mailboxes in Graz are slow", "The mailboxes in Graz are slow"),
        ("ウェブメールにログインできません。調査中です。", "ウェブメールにログインできません。"),
        ("word " * 200, "word " * 55 + "word …"),
    ],
)
def test_the_first_sentence_is_found(text: str, sentence: str) -> None:
    assert prose.sentence(text) == sentence
