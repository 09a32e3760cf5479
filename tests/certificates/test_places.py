"""The operator's commands, run for real: once for each certificate and place, again after a failure, without a shell."""

import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from tests.certs import NOW, Authority

from lightship import certificates
from lightship.certificates import due, install, pause
from lightship.certificates.store import CertFolder, Certificate

AUTHORITY = Authority()


def made(*names: str) -> Certificate:
    issued = AUTHORITY.issue(*(names or ("acmestatus.net",)))
    return Certificate(issued.chain, issued.key_pem)


@pytest.fixture
def shelf(tmp_path: Path) -> CertFolder:
    shelf = CertFolder(tmp_path / "certificates")
    shelf.put(made())
    return shelf


def copy(to: Path) -> Sequence[str]:
    """Says in a file that it ran, and copies the chain."""
    script = f"cat {{fullchain}} {{privkey}} > {to}; echo $LIGHTSHIP_PLACE $LIGHTSHIP_NAMES $LIGHTSHIP_PRIVKEY >> {to}.ran"
    return ("sh", "-c", script)


def ran(to: Path) -> list[str]:
    path = to.with_name(f"{to.name}.ran")
    return path.read_text().splitlines() if path.exists() else []


def installed(shelf: CertFolder, minutes: float = 0, *, by_hand: bool = False, **commands: Sequence[str]) -> dict[str, str]:
    existing = shelf.certificate()
    assert existing is not None
    return install(commands, shelf, existing, NOW + timedelta(minutes=minutes), by_hand=by_hand)


def test_each_place_gets_it_once(shelf: CertFolder, tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "b"
    for _ in range(2):
        assert installed(shelf, a=copy(a), b=copy(b)) == {"a": "", "b": ""}
    existing = shelf.certificate()
    assert existing is not None
    assert a.read_bytes() == b.read_bytes() == existing.chain + existing.key
    assert ran(a) == [f"a acmestatus.net {shelf.key}"]


def test_a_new_certificate_and_a_new_command_are_reasons_to_run_it(shelf: CertFolder, tmp_path: Path) -> None:
    a = tmp_path / "a"
    installed(shelf, a=copy(a))
    shelf.put(made("acmestatus.net", "h1.acmestatus.net"))
    installed(shelf, a=copy(a))
    assert ran(a)[1] == f"a acmestatus.net,h1.acmestatus.net {shelf.key}"
    installed(shelf, a=(*copy(a), "changed"))
    assert len(ran(a)) == 3


def test_a_place_that_fails_is_tried_again_later_and_holds_up_no_other(shelf: CertFolder, tmp_path: Path) -> None:
    a, b = tmp_path / "a", tmp_path / "away" / "b"
    found = installed(shelf, a=copy(a), b=copy(b))
    assert found["a"] == ""
    assert found["b"].startswith("sh ended with status 2: ")
    (tmp_path / "away").mkdir()
    assert installed(shelf, 0.5, a=copy(a), b=copy(b))["b"], "too early"
    assert installed(shelf, 0.5, by_hand=True, b=copy(b)) == {"b": ""}
    assert (len(ran(a)), len(ran(b))) == (1, 1)


def test_the_pauses_grow_to_an_hour(shelf: CertFolder) -> None:
    minutes, runs = 0.0, []
    for tick in range(200):
        before = shelf.installed().get("a", {}).get("failures", 0)
        installed(shelf, tick, a=("false",))
        if shelf.installed()["a"]["failures"] > before:
            runs.append(tick - minutes)
            minutes = tick
    assert runs == [0, 1, 2, 4, 8, 16, 32, 60, 60]


def test_no_shell_reads_the_words(shelf: CertFolder, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    show = (sys.executable, "-c", "import sys; sys.exit(sys.argv[1])", f"$(touch {trap}); touch {trap}")
    assert f"$(touch {trap}); touch {trap}" in installed(shelf, a=show)["a"]
    assert not trap.exists()


def test_what_hangs_is_ended_with_all_that_it_started(
    shelf: CertFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = tmp_path / "late"
    with monkeypatch.context() as brief:
        brief.setattr(certificates, "INSTALL_SECONDS", 0.3)  # two minutes are too long for a test
        found = installed(shelf, a=("sh", "-c", f"(sleep 2; touch {late}) & sleep 60"))
    assert found == {"a": "sh did not end within 0.3 s"}
    assert installed(shelf, 2, a=("sleep", "2.5")) == {"a": ""}
    assert not late.exists()


def test_a_command_that_is_not_there_is_told(shelf: CertFolder) -> None:
    assert installed(shelf, a=("/nowhere/install",)) == {"a": "/nowhere/install cannot be run: No such file or directory"}


def test_a_pair_is_turned_at_once_and_the_one_before_stays_for_its_readers(shelf: CertFolder) -> None:
    before, pair = shelf.certificate(), shelf.chain.resolve().parent
    for _ in range(3):
        last = shelf.chain.resolve().parent
        shelf.put(made())
    assert before is not None
    assert shelf.certificate() != before
    assert last.exists()
    assert not pair.exists()


@pytest.mark.parametrize(("share", "word"), [(0.0, ""), (0.66, ""), (0.67, "less than a third"), (1.1, "less than a third")])
def test_a_certificate_is_renewed_in_its_last_third(share: float, word: str) -> None:
    existing = made()
    at = existing.since + (existing.until - existing.since) * share
    assert due(existing, existing.names, at).startswith(word)
    assert bool(due(existing, existing.names, at)) == bool(word)


def test_a_certificate_for_other_names_is_none() -> None:
    assert due(made("b.example", "a.example"), ("a.example", "b.example"), NOW) == ""
    assert due(made("a.example"), ("a.example", "b.example"), NOW)
    assert due(None, ("a.example",), NOW)


def test_an_authority_is_left_alone_longer_after_each_failure() -> None:
    assert [pause(failures).total_seconds() / 60 for failures in (1, 2, 3, 4, 5, 6, 500)] == [15, 30, 60, 120, 240, 360, 360]
