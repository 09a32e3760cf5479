"""withdraw, merge, and what the terminal does not do twice."""

import json

from tests.cli.conftest import Terminal

from lightship.store.models import Incident, Update

WAIT_NOT = "--no-wait"


def posted(desk: Terminal, *words: str) -> str:
    answer = desk("post", *words, WAIT_NOT, "--json")
    assert answer.status == 0, answer.err
    return str(json.loads(answer.out)["id"])


def test_a_command_sent_again_gets_the_first_answer(desk: Terminal) -> None:
    words = ("Webmail is down", "Sign-in fails.", "-c", "Webmail=down")
    assert posted(desk, *words) == posted(desk, *words)
    for _ in range(2):
        assert desk("update", "A disk failed.", WAIT_NOT).status == 0
    assert (Incident.objects.count(), Update.objects.count()) == (1, 2)


def test_a_second_of_one_title_is_refused_with_the_first(desk: Terminal) -> None:
    first = posted(desk, "Webmail is down", "Sign-in fails.")
    answer = desk("post", "Webmail is down", "Sign-in takes minutes.", WAIT_NOT)
    assert answer.status == 1
    assert first in answer.err and "give this one a title of its own" in answer.err


def test_one_more_in_the_same_component_says_how_to_update_and_how_to_insist(desk: Terminal) -> None:
    first = posted(desk, "Webmail is down", "Sign-in fails.", "-c", "Webmail=down")
    words = ("Mail is late", "Queues are long.", "-c", "Webmail=slow")
    answer = desk("post", *words, WAIT_NOT)
    assert answer.status == 1
    assert f"lightship update ... --incident {first}" in answer.err and "--separate" in answer.err
    assert posted(desk, *words, "--separate") != first


def test_what_was_a_mistake_is_withdrawn(desk: Terminal) -> None:
    withdrawn = posted(desk, "Webmail is down", "Sign-in fails.", "-c", "Webmail=down")
    answer = desk("withdraw", "It was a test.", WAIT_NOT)
    assert answer.status == 0 and "Webmail is down, withdrawn" in answer.out
    assert Incident.objects.get(pk=withdrawn).withdrawn
    answer = desk("update", "Sign-in fails with 503.", "--incident", withdrawn, WAIT_NOT)
    assert answer.status == 1 and "This was withdrawn" in answer.err


def test_two_are_merged_by_id(desk: Terminal) -> None:
    first = posted(desk, "Webmail is down", "Sign-in fails.", "-c", "Webmail=down")
    second = posted(desk, "The panel is slow", "Pages wait.", "-c", "Control panel=slow")
    answer = desk("merge", first, "nosuchthing0", WAIT_NOT)
    assert answer.status == 1 and "there is no incident 'nosuchthing0'" in answer.err
    assert desk("merge", first, second, WAIT_NOT).status == 0
    assert Incident.objects.get(pk=first).merged_into == second
    answer = desk("merge", second, first, WAIT_NOT)
    assert answer.status == 1 and "has ended: merge into the one that goes on" in answer.err
