"""Every command as its user meets it: what it says, its exit status, and that no mistake ends in a traceback."""

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Terminal

from lightship.cli import COMMANDS
from lightship.store.models import Incident, Page


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_it_does_and_gives_an_example(command: str, terminal: Terminal) -> None:
    answer = terminal(command, "--help")
    assert answer.status == 0
    lines = [line.strip() for line in answer.out.splitlines()]
    assert f"Usage: lightship {command} " in answer.out
    assert any(line.startswith(f"lightship {command}") or f"&& lightship {command}" in line for line in lines), answer.out


def test_init_makes_what_is_missing_and_says_what_it_made(terminal: Terminal) -> None:
    answer = terminal("init", "--page", "acme", "--name", "Acme")
    assert answer.status == 0
    made = ["made keys/acme.key", "wrote lightship.toml", "made keys/desk.secret", "made page acme", "made account admin"]
    assert [line for line in answer.out.splitlines() if line.startswith(("wrote", "made"))] == made
    assert "Ready. Start it with:  lightship --config lightship.toml up" in answer.out
    assert "http://127.0.0.1:8000/" in answer.out
    assert Path("keys/acme.key").stat().st_mode & 0o777 == 0o600
    assert Page.objects.get().name == "Acme"


def test_the_sample_of_make_run_fills_the_page(terminal: Terminal) -> None:
    assert terminal("init").status == 0
    sample = runpy.run_path(str(Path(__file__).parents[2] / "script" / "sample.py"))
    sample["main"]("lightship.toml")
    count = Incident.objects.count()
    assert count > 1
    sample["main"]("lightship.toml")
    assert Incident.objects.count() == count


def test_init_again_changes_nothing(desk: Terminal) -> None:
    kept = {path: path.read_bytes() for path in [Path("lightship.toml"), *Path("keys").iterdir()]}
    answer = desk("init", "--name", "Another")
    assert answer.status == 0
    assert "made" not in answer.out
    assert "wrote" not in answer.out
    assert {path: path.read_bytes() for path in [Path("lightship.toml"), *Path("keys").iterdir()]} == kept
    assert Page.objects.get().name == "Acme Hosting"


def test_apply_again_does_nothing(desk: Terminal) -> None:
    answer = desk("apply", "parts.toml")
    assert (answer.status, answer.out) == (0, "")


def test_post_update_and_resolve_speak_of_one_incident(desk: Terminal) -> None:
    posted = desk("post", "Webmail is down", "Sign-in fails.", "-c", "Webmail=down", "--since", "20m", "--json", "--no-wait")
    assert posted.status == 0
    told = json.loads(posted.out)
    incident = Incident.objects.get(pk=told["id"])
    assert told["revision"] == incident.page.revision
    updated = desk("update", "A disk failed.", "--state", "known", "--next", "30m", "--back-by", "none-yet", "--no-wait")
    assert (updated.status, incident.updates.count()) == (0, 2)
    assert updated.out.startswith(f"Posted: Webmail is down ({incident.pk}), revision ")
    resolved = desk("resolve", "It works.", "--ended", "1m", "--cause", "A failed disk.", "--no-wait")
    assert resolved.status == 0
    assert [update.status for update in incident.updates.all()] == ["investigating", "identified", "resolved"]
    assert [turn.new for turn in incident.page.status_changes.all()] == ["major_outage", "operational"]


def test_export_is_read_back(desk: Terminal) -> None:
    desk("post", "Webmail is down", "Sign-in fails.", "-c", "Webmail", "--no-wait")
    answer = desk("export", "backup")
    assert answer.status == 0
    assert answer.out.startswith("wrote ")
    state = json.loads(Path("backup/lightship/state.json").read_text())
    assert state["open"][0]["name"] == "Webmail is down"
    journal = [json.loads(line) for line in Path("backup/journal.jsonl").read_text().splitlines()]
    assert [line["deed"] for line in journal][-1] == "open"
    again = desk("import", "lightship", "backup", "--json")
    assert again.status == 0
    assert json.loads(again.out)["known"] == 1


def test_hosts_tells_what_was_last_found(desk: Terminal) -> None:
    before = desk("hosts")
    assert before.out == "a: nothing was ever published there\nb: nothing was ever published there\n"
    published = desk("publish", "--json")
    assert published.status == 1  # nothing serves the folders
    assert [receipt["verdict"] for receipt in json.loads(published.out)] == ["unreachable", "unreachable"]
    after = desk("hosts", "--json")
    assert [(row["host"], row["verdict"]) for row in json.loads(after.out)] == [("a", "unreachable"), ("b", "unreachable")]
    checked = desk("hosts", "check")
    assert checked.status == 1
    assert "does not answer" in checked.out


MISTAKES = [
    (("nonsense",), 2, "No such command 'nonsense'"),
    (("post",), 2, "Missing argument 'NAME'"),
    (("post", "Webmail is down", "-c", "Webmial"), 1, "there is no component 'Webmial'; there is control panel, webmail"),
    (("post", "Webmail is down", "-c", "Webmail=odd"), 1, "'odd' is not a level; there is working, slow"),
    (("post", "Webmail is down", "--since", "teatime"), 2, "'teatime' is no time: write 20m"),
    (("post", " "), 1, "Give it a name"),
    (("post", "Webmail is down", "x" * 30_000), 1, "30,000 characters; 25,000 are the most"),
    (("update", "More."), 1, "nothing is open on this page; `lightship post` opens an incident"),
    (("update", "More.", "--incident", "nosuchthing0"), 1, "there is no incident 'nosuchthing0' on this page"),
    (("resolve", "--page", "nope"), 1, "no page 'nope'; there is status"),
    (("publish", "--host", "vienna"), 1, "there is no host vienna; there is a, b"),
    (("apply", "missing.toml"), 1, "missing.toml"),
    (("import", "cachet2", "x"), 1, "no importer 'cachet2'; there is cstate, lightship, statuspage"),
    (("import", "statuspage", "missing.json"), 1, "missing.json"),
    (("import", "lightship", "."), 1, "is not a Lightship"),
    (("--config", "other.toml", "hosts"), 1, "other.toml: no such file; run `lightship init`"),
]


@pytest.mark.parametrize(("words", "status", "told"), MISTAKES, ids=[" ".join(words)[:40] for words, _, _ in MISTAKES])
def test_a_mistake_is_told_in_words(words: tuple[str, ...], status: int, told: str, desk: Terminal) -> None:
    answer = desk(*words)
    assert answer.status == status
    assert told in answer.err
    assert answer.out == ""


def test_several_open_incidents_must_be_told_apart(desk: Terminal) -> None:
    for name in ("Webmail is down", "Mail is late"):
        desk("post", name, "--no-wait")
    answer = desk("update", "More.")
    assert answer.status == 1
    assert "2 are open: say which with --incident" in answer.err
    assert "Mail is late" in answer.err


def test_a_component_held_down_by_another_incident_stays_down(desk: Terminal) -> None:
    first = json.loads(desk("post", "Webmail is down", "-c", "Webmail", "--json", "--no-wait").out)["id"]
    desk("post", "Everything is slow", "--separate", "-c", "Webmail=down", "-c", "Control panel=slow", "--no-wait")
    desk("resolve", "It works.", "--incident", first, "--ended", "1m", "--no-wait")
    state = desk("export", "out")
    assert state.status == 0
    parts = {c["name"]: c["status"] for c in json.loads(Path("out/lightship/state.json").read_text())["components"]}
    assert parts == {"Webmail": "major_outage", "Control panel": "degraded_performance"}


def test_an_unknown_key_is_told_with_its_line_and_the_nearest_known(desk: Terminal) -> None:
    text = Path("lightship.toml").read_text()
    Path("lightship.toml").write_text(text.replace("path =", "pth =", 1).replace("secret =", "sceret =", 1))
    answer = desk("hosts")
    assert answer.status == 1
    line = 1 + text.splitlines().index(next(row for row in text.splitlines() if row.startswith("path")))
    assert f'lightship.toml:{line}: pages.status.hosts.a.pth: unknown key; did you mean "path"?' in answer.err
    assert 'desk.sceret: unknown key; did you mean "secret"?' in answer.err


def test_no_traceback_leaves_the_program(tmp_path: Path) -> None:
    """In a process of its own, as a user starts it."""
    command = [sys.executable, "-m", "lightship.cli", "post", "Webmail is down"]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert (
        answer.stderr
        == "lightship: lightship.toml: no such file; run `lightship init` to make one, or name yours with --config\n"
    )
