"""What commands have in common."""

import getpass

import pytest

from lightship.cli.shared import who_types


@pytest.mark.parametrize("error", [KeyError("getpwuid(): uid not found: 12345"), OSError("No username set")])
def test_a_machine_without_a_name_for_its_user_stops_no_command(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def nameless() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert who_types() == ""
