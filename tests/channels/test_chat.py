"""Chat through apprise, to a real web server: what it may tell of an address, and what it must not."""

import logging
from collections.abc import Iterator
from io import StringIO

import pytest
from tests.channels.places import Inbox

from lightship.channels import ChannelError, Message
from lightship.channels.chat import Chat, _without

SECRET = "T0KEN-of-the-tests"


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What an operator's log would hold. (pytest's own listens to loggers too that pass nothing on.)"""
    text, root = StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(text), root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield text
    root.setLevel(level)
    root.removeHandler(handler)


def refused(*urls: str) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        Chat(name="room", urls=urls).tell(Message(subject="Refused", body="Wording."))
    return caught.value


def test_a_refusal_is_told_without_the_addresss_secret(inbox: Inbox, log: StringIO) -> None:
    error = refused(f"json://user:{SECRET}@{inbox.url}/403/{SECRET}?+X-Token={SECRET}")
    assert "JSON" in str(error)
    assert "403" in str(error)
    assert SECRET not in str(error) + log.getvalue()


def test_one_address_that_fails_does_not_keep_it_from_the_others(inbox: Inbox) -> None:
    error = refused(f"json://{inbox.url}/500", f"json://{inbox.url}/fine")
    assert {inbox.posts.get(timeout=5)[0] for _ in range(2)} == {"/500", "/fine"}
    assert "the other 1 got it" in str(error)
    assert error.permanent, "told again, the other would have it twice"


def test_an_address_that_is_none_is_refused_without_its_secret(log: StringIO) -> None:
    for wrong in (f"nonsense://{SECRET}", f"slack://{SECRET}", SECRET):
        with pytest.raises(ValueError, match="address 2 of urls") as caught:
            Chat(name="room", urls=("json://127.0.0.1/x", wrong))
        assert SECRET not in str(caught.value) + log.getvalue()
    with pytest.raises(ValueError, match="urls is empty"):
        Chat(name="room", urls=())


def test_the_address_is_no_part_of_how_it_shows_itself() -> None:
    assert SECRET not in repr(Chat(name="room", urls=(f"json://127.0.0.1/{SECRET}",)))


def test_a_secret_that_a_service_repeats_is_taken_out() -> None:
    urls = (f"slack://{SECRET}/B0B0B0B0B0/secret%2Fpart", "ntfys://ntfy.example.com/topic-of-ours")
    said = f"Could not post to {SECRET}/B0B0B0B0B0/secret/part or https://ntfy.example.com/topic-of-ours."
    assert _without(urls, said) == "Could not post to ***/***/***/part or https://ntfy.example.com/***."
