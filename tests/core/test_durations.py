"""Small words with one meaning everywhere: addresses with a port, and lengths of time."""

from datetime import UTC, datetime, timedelta

import pytest

from lightship.core.address import host_and_port
from lightship.core.durations import ago, span
from lightship.core.site.receipt import wait


@pytest.mark.parametrize(
    ("text", "expected"),
    [("127.0.0.1:8444", ("127.0.0.1", 8444)), ("[::1]:53", ("::1", 53)), ("localhost:65535", ("localhost", 65535))],
)
def test_an_address_and_its_port_are_told_apart(text: str, expected: tuple[str, int]) -> None:
    assert host_and_port(text) == expected


@pytest.mark.parametrize("text", ["127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "h:-1", "h:1_0", "h:٣"])
def test_what_names_no_port_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ADDRESS:PORT"):
        host_and_port(text)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=59.9), "59 s"),
        (timedelta(minutes=1), "1 min"),
        (timedelta(minutes=119), "119 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=47.9), "47 h"),
        (timedelta(hours=48), "2 days"),
    ],
)
def test_a_length_of_time_is_told_in_its_largest_useful_unit(length: timedelta, words: str) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert (span(length), ago(now - length, now)) == (words, f"{words} ago")


@pytest.mark.parametrize(("failures", "seconds"), [(0, 1), (1, 1), (2, 2), (6, 32), (7, 60), (8, 60), (5000, 60)])
def test_the_pauses_grow_to_a_minute_however_long_a_host_is_away(failures: int, seconds: float) -> None:
    assert wait(failures) == seconds
