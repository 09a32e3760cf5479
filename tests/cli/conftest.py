"""A terminal beside a desk of its own: commands run in this process, on the test's database."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.database import database, template

from lightship.cli import main

__all__ = ["database", "template"]


@dataclass(frozen=True)
class Answer:
    status: int
    out: str
    err: str


Terminal = Callable[..., Answer]


@pytest.fixture
def terminal(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Terminal]:
    """Runs `lightship WORDS` in an empty folder, as from a shell."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LIGHTSHIP_CONFIG", raising=False)
    monkeypatch.setenv("COLUMNS", "110")

    def run(*words: str) -> Answer:
        with pytest.raises(SystemExit) as left:
            main(list(words))
        out, err = capsys.readouterr()
        return Answer(int(left.value.code or 0), out, err)

    yield run
    assert Path.cwd() == tmp_path, f"a command changed the folder from {tmp_path} to {Path.cwd()}"


@pytest.fixture
def desk(terminal: Terminal) -> Terminal:
    """The same, after `lightship init` and with two components."""
    assert terminal("init", "--name", "Acme Hosting").status == 0
    Path("parts.toml").write_text('[[page.components]]\nname = "Webmail"\n[[page.components]]\nname = "Control panel"\n')
    assert terminal("apply", "parts.toml").status == 0
    return terminal
