"""The recovery key as an operator meets it: made once, shown once, kept nowhere but on the sheet."""

from pathlib import Path

import pytest
from tests.cli.conftest import Terminal
from tests.django_settings import CONFIG

from lightship import vault
from lightship.vault import SECRET

pytestmark = pytest.mark.skipif(CONFIG.desk.database.engine != "sqlite", reason="init here makes a file of its own")


def key_in(words: str) -> str:
    return str(vault.key_in(words[words.index(SECRET) :].partition("\n\n")[0]))


def test_init_shows_the_key_once_and_keeps_only_its_public_half(terminal: Terminal) -> None:
    first = terminal("init")
    key = key_in(first.out)
    assert str(vault.key_in(key).to_public()) in Path("lightship.toml").read_text()
    sheet = Path("recovery-sheet.html")
    assert sheet.stat().st_mode & 0o777 == 0o600
    assert key_in(sheet.read_text().partition("</code>")[0]) == key
    sheet.unlink()
    assert not [path for path in Path().rglob("*") if path.is_file() and key.encode() in path.read_bytes()]
    assert SECRET not in terminal("init").out
    assert not sheet.exists()


def test_recovery_names_the_places_and_asks_to_delete_the_sheet(desk: Terminal) -> None:
    answer = desk("recovery")
    assert answer.status == 0
    assert str(Path("hosts/a.vault").absolute()) in answer.out
    assert "lightship restore http://127.0.0.1:8001 --key recovery.txt --vault" in answer.out
    assert "still lies here, with the key" in answer.err
    Path("recovery-sheet.html").unlink()
    assert desk("recovery", "--sheet", "copy.html").err == ""
    assert SECRET not in Path("copy.html").read_text()


def test_an_installation_without_a_key_is_told_and_gets_one(desk: Terminal) -> None:
    toml = Path("lightship.toml")
    head, _, rest = toml.read_text().partition("[vault]")
    toml.write_text(head + "[pages" + rest.partition("[pages")[2])
    refused = desk("recovery")
    assert (refused.status, "`lightship recovery new`" in refused.err) == (1, True)
    made = desk("recovery", "new")
    assert made.status == 0
    assert str(vault.key_in(key_in(made.out)).to_public()) in toml.read_text()
    assert desk("recovery").status == 0


def test_a_table_of_the_vault_that_names_no_key_is_left_to_a_person(desk: Terminal) -> None:
    toml = Path("lightship.toml")
    lines = ["public = true" if line.startswith("recovery = ") else line for line in toml.read_text().splitlines()]
    toml.write_text("\n".join(lines))
    made = desk("recovery", "new")
    assert f'recovery = ["{vault.key_in(key_in(made.out)).to_public()}"]' in made.out
    assert desk("recovery").err.startswith("lightship: lightship.toml names no recovery key"), "the file can still be read"


def test_another_key_is_put_beside_the_first_by_a_person(desk: Terminal) -> None:
    before = Path("lightship.toml").read_text()
    made = desk("recovery", "new")
    assert Path("lightship.toml").read_text() == before
    line = next(line for line in made.out.splitlines() if line.strip().startswith("recovery = ["))
    assert line.count("age1") == 2
    assert str(vault.key_in(key_in(made.out)).to_public()) in line


def test_the_recovery_key_itself_is_refused_in_the_file(desk: Terminal) -> None:
    toml = Path("lightship.toml")
    toml.write_text(toml.read_text().replace('recovery = ["age1', f'recovery = ["{vault.new_key()[0]}", "age1'))
    answer = desk("recovery")
    assert answer.status == 1
    assert "is the recovery key itself, which must never lie here" in answer.err
    assert "AGE-SECRET" not in answer.err
