"""Where messages of the tests go: a real mail relay, and a web server that keeps what is posted to it."""

from collections.abc import Iterator

import pytest
from tests import mail_relay
from tests.channels.places import Inbox


@pytest.fixture(scope="session")
def relay() -> Iterator[mail_relay.Relay]:
    with mail_relay.postfix() as made:
        yield made


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with Inbox.open() as made:
        yield made
