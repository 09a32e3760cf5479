"""`lightship channels`: on a desk, on a witness that holds no private key, and where a channel fails."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.channels.places import Inbox
from tests.cli.conftest import Terminal


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with Inbox.open() as made:
        yield made


@pytest.fixture
def told(terminal: Terminal, inbox: Inbox) -> Terminal:
    """A desk that tells a room, which works, and a pager, which does not."""
    assert terminal("init").status == 0
    add('[channels.room]\nkind = "chat"\nurls = [{ file = "keys/room" }]\n')
    add(f'[channels.pager]\nkind = "chat"\nurls = ["json://{inbox.url}/500/s3cr3t-token"]\n')
    Path("keys/room").write_text(f"json://{inbox.url}/fine\n")
    return terminal


def add(text: str) -> None:
    with Path("lightship.toml").open("a") as file:
        file.write(text)


def test_channels_names_them_without_their_addresses(told: Terminal) -> None:
    answer = told("channels")
    assert (answer.status, answer.out) == (0, "room: chat\npager: chat\n")
    assert json.loads(told("channels", "--json").out)[0] == {"channel": "room", "kind": "chat"}


def test_check_sends_a_test_and_tells_which_failed(told: Terminal, inbox: Inbox) -> None:
    answer = told("channels", "check")
    assert answer.status == 1
    assert "room: a test message went out" in answer.out
    assert "pager: JSON: " in answer.out
    assert "s3cr3t-token" not in answer.out + answer.err
    posted = {path: json.loads(body) for path, body in (inbox.posts.get(timeout=5) for _ in range(2))}
    assert "nothing is wrong" in posted["/fine"]["message"]
    assert "http://127.0.0.1:8001" in posted["/fine"]["message"]


def test_check_asks_only_those_named(told: Terminal) -> None:
    assert told("channels", "check", "room").status == 0
    answer = told("channels", "--json", "check", "pager")
    assert answer.status == 1
    assert list(json.loads(answer.out)) == ["pager"]
    unknown = told("channels", "check", "rom")
    assert (unknown.status, unknown.err) == (1, "lightship: there is no channel rom; there is room, pager\n")


def test_a_witness_may_try_them_without_the_pages_private_key(told: Terminal) -> None:
    Path("keys/desk.secret").unlink()
    Path("keys/status.key").unlink()
    assert told("channels", "check", "room").status == 0
    text = Path("lightship.toml").read_text()
    Path("lightship.toml").write_text("".join(line for line in text.splitlines(True) if not line.startswith("public")))
    assert "keys/status.key" in told("channels").err


def test_no_channel_is_told(desk: Terminal) -> None:
    assert "nobody is told" in desk("channels").out
    answer = desk("channels", "check")
    assert answer.status == 1
    assert "no channel is configured" in answer.err


def test_an_address_that_is_none_is_refused_with_its_line(desk: Terminal) -> None:
    add('[channels.room]\nkind = "chat"\nurls = ["nonsense://s3cr3t-token"]\n')
    answer = desk("channels")
    assert answer.status == 1
    assert "channels.room: address 1 of urls (nonsense) is none that apprise understands" in answer.err
    assert "s3cr3t-token" not in answer.err
