"""`lightship clarity`: what a draft lacks, in a terminal, without a desk, a database or a lightship.toml."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

DEFINITE = "Sign-in fails with 503 for all EU customers since 14:02 UTC. We are rolling back. Next update by 14:30 UTC."


def clarity(folder: Path, *options: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lightship.cli", "clarity", *options]
    return subprocess.run(command, cwd=folder, input=typed, capture_output=True, text=True, check=False)


def test_it_says_what_a_vague_draft_lacks_and_ends_well(tmp_path: Path) -> None:
    answer = clarity(tmp_path, typed="We are looking into an issue.")
    assert answer.returncode == 0 and answer.stderr == ""
    assert answer.stdout.startswith("Vague: ")
    assert "“issue” does not. What does a customer see" in answer.stdout


def test_a_machine_reads_verdict_facts_and_findings(tmp_path: Path) -> None:
    (tmp_path / "draft.txt").write_text(DEFINITE)
    answer = json.loads(clarity(tmp_path, "draft.txt", "--json").stdout)
    assert answer.keys() == {"verdict", "facts", "findings"}
    assert answer["verdict"] == "definitive"
    assert answer["facts"]["scope"] is True and answer["facts"]["next_update"] == "time"
    assert answer["findings"][0].keys() == {"kind", "message", "question", "field", "quote"}


@pytest.mark.parametrize(
    ("options", "typed", "verdict"),
    [
        (("--component", "Webmail", "--status", "known"), "It does not answer: error 503.", "acceptable"),
        (("--status", "over"), "Behoben. Wir bitten um Verständnis, es ist alles wieder gut.", "vague"),
        (("--language", "de"), "Webmail nicht erreichbar.", "acceptable"),
        (("--status", "resolved"), "This incident has been resolved.", "vague"),
        ((), "", "vague"),
    ],
)
def test_status_component_and_language_count(options: tuple[str, ...], typed: str, verdict: str, tmp_path: Path) -> None:
    answer = clarity(tmp_path, *options, "--json", typed=typed)
    assert (answer.returncode, json.loads(answer.stdout)["verdict"]) == (0, verdict)


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (("no-such-file",), 2, "there is no file 'no-such-file'"),
        (("--status", "burning"), 2, "Invalid value for '--status'"),
    ],
)
def test_a_mistake_is_told_in_words(options: tuple[str, ...], status: int, message: str, tmp_path: Path) -> None:
    answer = clarity(tmp_path, *options)
    assert answer.returncode == status and message in answer.stderr and "Traceback" not in answer.stderr


def test_bytes_that_are_no_text_are_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "draft").write_bytes(b"\xff\xfe\x00")
    answer = clarity(tmp_path, "draft")
    assert answer.returncode == 1 and "no text in UTF-8" in answer.stderr


def test_it_loads_no_django() -> None:
    code = "import lightship.cli.clarity, sys; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
