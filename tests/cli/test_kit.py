"""lightship kit: what support may say of what is open."""

import json
from pathlib import Path

from tests.cli.conftest import Terminal

from lightship.store.models import Incident, Page


def opened(desk: Terminal, name: str = "Webmail is down", next_update: str = "30m") -> str:
    desk(
        "post",
        name,
        "We see it.",
        "-c",
        "Webmail=down",
        "--symptom",
        "Sign-in fails.",
        "--next",
        next_update,
        "--no-wait",
        "--separate",
    )
    return Incident.objects.get(name=name).pk


def test_it_prints_every_text_of_everything_open(desk: Terminal) -> None:
    assert desk("kit").out == "No incident is open.\n"
    first, second = opened(desk), opened(desk, "Mail is slow")
    answer = desk("kit")
    assert answer.status == 0
    for text in (
        f"Webmail is down ({first})",
        f"Mail is slow ({second})",
        "TELEPHONE\nWe know about",
        "SOCIAL POST\n",
        "INTERNAL:",
    ):
        assert text in answer.out
    (one,) = json.loads(desk("kit", first, "--json").out)
    assert (one["incident"], one["expired"]) == (first, False)
    assert one["phone"].startswith("We know about this problem. Sign-in fails.")


def test_an_unknown_incident_is_refused_with_what_to_do(desk: Terminal) -> None:
    answer = desk("kit", "nothere00000")
    assert answer.status == 1
    assert "there is no open incident 'nothere00000'; `lightship kit` without a name shows what is open" in answer.err


def test_an_apply_file_may_publish_it(desk: Terminal) -> None:
    Path("kit.toml").write_text("[page]\nkit = true\n")
    assert desk("apply", "kit.toml").status == 0
    assert Page.objects.get().kit
    Path("kit.toml").write_text('[page]\nkit = "perhaps"\n')
    assert desk("apply", "kit.toml").status == 1
