"""One answer, within one deadline and one size, whatever a host does."""

import gzip
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
from tests.net.hostile import HARMS, OK, Harm, harming, packed, whole
from tests.publishing.test_verify import answering, sent

from lightship.net.client import PublicReader
from lightship.net.pinned import ConnectError, Connection

SECONDS, LONGEST, SOON = 0.8, 1_000_000, 10.0


Read = Callable[[int, float], bytes]


def by_reader(port: int, seconds: float) -> bytes:
    return PublicReader(seconds, LONGEST).get(f"http://127.0.0.1:{port}/").body


def by_address(port: int, seconds: float) -> bytes:
    with Connection(f"http://acmestatus.net:{port}", "127.0.0.1", ssl.create_default_context(), seconds) as connection:
        return connection.get("", LONGEST).body


@pytest.mark.slow
@pytest.mark.parametrize("harm", HARMS, ids=[harm.name for harm in HARMS])
@pytest.mark.parametrize("read", [by_reader, by_address])
def test_a_host_that_means_harm_is_left_in_time_and_named(read: Read, harm: Harm) -> None:
    with harming(harm) as port:
        started = monotonic()
        with pytest.raises(ConnectError) as caught:
            read(port, harm.seconds)
        assert monotonic() - started < SOON
    assert harm.reason in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [whole(b"hello"), packed(gzip.compress(b"hello"), b"gzip"), packed(brotli.compress(b"hello"), b"br"), OK + b"\r\nhello"],
    ids=["plain", "gzip", "brotli", "no length"],
)
@pytest.mark.parametrize("read", [by_reader, by_address])
def test_what_is_whole_is_read(read: Read, text: bytes) -> None:
    with harming(Harm("none", text, b"", 0, "")) as port:
        assert read(port, 20) == b"hello"


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("/", "it redirects more than 3 times"),
        ("http://[bad", "it leads to what is no URL"),
        ("http://a..b/", "it leads to what is no URL"),
        ("http://127.0.0.1:99999/", "it leads to what is no URL"),
        ("ftp://127.0.0.1/", "it leads to what is no URL"),
        ("http:///", "it redirects more than 3 times"),
        ("http://nowhere.invalid/", "does not answer"),
        ("http://127.0.0.1:1/\u00e4 b", "nothing listens there"),
    ],
)
def test_a_redirect_to_nowhere_is_named(location: str, message: str) -> None:
    with answering(sent(b"", status=302, Location=location)) as url, pytest.raises(ConnectError) as caught:
        PublicReader(20).get(url)
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{url} does not answer: ")


def test_all_redirects_together_have_one_deadline() -> None:
    slow = Harm("slow", b"", b"", 60, "")
    with harming(slow) as port, answering(sent(b"", status=302, Location=f"http://127.0.0.1:{port}/")) as url:
        started = monotonic()
        with pytest.raises(ConnectError, match=r"0\.8 s were over"):
            PublicReader(SECONDS).get(url)
        assert monotonic() - started < SOON


def test_a_redirect_is_followed_and_a_key_is_shown_to_its_own_site_only() -> None:
    status: list[str | None] = []

    def answer(handler) -> None:  # type: ignore[no-untyped-def]
        status.append(handler.headers["Authorization"])
        sent(b"here")(handler)

    with answering(answer) as there, answering(sent(b"", status=301, Location=f"{there}/x?y=z")) as url:
        assert PublicReader(headers={"Authorization": "OAuth 1"}).get(url).body == b"here"
        assert PublicReader(headers={"Authorization": "OAuth 1"}).get(there).body == b"here"
    assert status == [None, "OAuth 1"]


def test_a_name_server_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    over, real = threading.Event(), socket.getaddrinfo

    def slow(*args: Any, **named: Any) -> Any:
        if "flags" not in named:
            over.wait(20)
        return real(*args, **named)

    monkeypatch.setattr(socket, "getaddrinfo", slow)  # the machine's own name servers cannot be made silent
    started = monotonic()
    with pytest.raises(ConnectError, match=r"0\.8 s were over while connecting"):
        PublicReader(SECONDS).get("http://status.acme.test/")
    assert monotonic() - started < SOON
    over.set()


def test_a_kept_connection_that_was_closed_meanwhile_is_made_anew(tmp_path: Path) -> None:
    reader = PublicReader()
    with harming(Harm("closes", whole(b"hello"), b"", 0, "")) as port:
        assert [reader.get(f"http://127.0.0.1:{port}/").body for _ in range(3)] == [b"hello"] * 3


def test_a_clock_is_read_with_the_age_of_the_answer() -> None:
    text = OK + b"Date: Sun, 22 Nov 2026 14:00:00 GMT\r\nAge: 60\r\nContent-Length: 9\r\n\r\n"
    with harming(Harm("clock", text, b"", 0, "")) as port:
        assert PublicReader().clock(f"http://127.0.0.1:{port}") == datetime(2026, 11, 22, 14, 1, tzinfo=UTC)
    with harming(HARMS[0]) as port:
        assert PublicReader(SECONDS).clock(f"http://127.0.0.1:{port}") is None
