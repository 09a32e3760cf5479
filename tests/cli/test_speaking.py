"""post, update and resolve say who reads what was said, and never that it is published when it is not."""

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest
from click.testing import CliRunner
from django.db.models import F
from tests import servers
from tests.cli.conftest import Terminal
from tests.kills import fetched
from tests.net.hostile import DRIPPING_HEAD, harming

from lightship.cli.shared import ROOMS, App, utc_now
from lightship.cli.speak import answers_of, post
from lightship.config import load
from lightship.publishing.verify import Verifier
from lightship.store.models import Page, Receipt


@pytest.fixture
def served(desk: Terminal) -> Iterator[Terminal]:
    """Both hosts answer, on ports of their own."""
    text, ports = Path("lightship.toml").read_text(), {name: servers.free_port() for name in ("a", "b")}
    for old, port in zip((8001, 8002), ports.values(), strict=True):
        text = text.replace(f"127.0.0.1:{old}", f"127.0.0.1:{port}")
    Path("lightship.toml").write_text(text)
    with contextlib.ExitStack() as stack:
        for name, port in ports.items():
            Path(f"hosts/{name}").mkdir(parents=True, exist_ok=True)
            command: list[str | Path] = [sys.executable, "-m", "lightship.hosts.serve", f"hosts/{name}", f"127.0.0.1:{port}"]
            stack.enter_context(servers.running(command, Path.cwd(), port))
        yield desk


def test_with_no_worker_alive_the_terminal_publishes_and_says_who_reads_it(served: Terminal) -> None:
    posted = served("post", "Webmail is down", "Sign-in fails.", "-c", "Webmail=down", "--json")
    assert posted.status == 0
    facts = json.loads(posted.out)
    assert (facts["published"], facts["by"]) == (True, "terminal")
    assert [(host["host"], host["verdict"], host["revision"]) for host in facts["hosts"]] == [
        ("a", "proven", facts["revision"]),
        ("b", "proven", facts["revision"]),
    ]
    for command in (("update", "A disk failed."), ("resolve", "It works.", "--ended", "1m")):
        answer = served(*command)
        assert answer.status == 0
        assert "Read on a and b after " in answer.out
        assert "No worker is alive: it was published from here" in answer.out
    url = Path("lightship.toml").read_text().split('url = "http://127.0.0.1:')[-1].split('"')[0]
    assert b"Webmail is down" in fetched(f"http://127.0.0.1:{url}/")[0]


@pytest.mark.slow
def test_what_no_host_is_proven_to_show_is_not_called_published(desk: Terminal) -> None:
    answer = desk("post", "Webmail is down")  # nothing serves the folders
    assert answer.status == 1
    assert answer.out.startswith("Posted: Webmail is down (")
    assert "a does not have it: http://127.0.0.1:8001 does not answer: " in answer.out
    assert "NOT PUBLISHED: no host is proven to show it." in answer.err
    assert "publishes it at once" not in answer.out

    facts = desk("update", "More.", "--vague-because", "A test.", "--json")
    assert (facts.status, json.loads(facts.out)["published"]) == (1, False)


def test_it_need_not_be_waited_for(desk: Terminal) -> None:
    answer = desk("post", "Webmail is down", "--no-wait")
    assert (answer.status, answer.err) == (0, "")
    assert "Not waited for" in answer.out
    assert not Receipt.objects.exists()


def after(desk: Terminal, work: Callable[[], object]) -> tuple[dict[str, tuple[bool, str]], str]:
    """What is said of each host, after a post while a worker was alive that does `work` at each look of the terminal."""
    page = Page.objects.get()
    for host in ("a", "b"):
        heard(page, host, "proven")
    assert desk("post", "Webmail is down", "--no-wait").status == 0
    page.refresh_from_db()
    seconds = iter(range(1000))

    def pause(_: float) -> None:
        work()

    config = load(Path("lightship.toml"), {}, ROOMS).page("status")
    answers, by = answers_of(config, page, Verifier(), lambda: next(seconds) / 2, pause)
    return {answer.host: (answer.reads, answer.reason) for answer in answers}, by


def heard(page: Page, host: str, verdict: str, words: str = "") -> None:
    now, revision = utc_now(), page.revision if verdict == "proven" else 0
    Receipt.objects.create(
        page=page, host=host, at=now, seen_at=now, verdict=verdict, reason=words, revision=revision, epoch=page.epoch
    )


def test_receipts_of_a_living_worker_are_waited_for(desk: Terminal) -> None:
    def work() -> None:
        heard(Page.objects.get(), "a", "proven")
        heard(Page.objects.get(), "b", "failed", "its disk is full")

    assert after(desk, work) == ({"a": (True, ""), "b": (False, "its disk is full")}, "worker")


def test_a_host_that_serves_what_was_before_does_not_count(desk: Terminal) -> None:
    answers, by = after(desk, lambda: Receipt.objects.update(seen_at=F("seen_at") + timedelta(seconds=1)))
    assert by == "worker"
    assert [(reads, words[:19]) for reads, words in answers.values()] == [(False, "it serves revision ")] * 2


def test_a_worker_that_died_a_moment_ago_is_not_waited_for_long(desk: Terminal) -> None:
    answers, by = after(desk, lambda: None)
    assert by == "terminal"
    assert all("does not answer" in words for _, words in answers.values()), "nothing serves the folders"


@pytest.mark.slow
def test_a_post_waits_for_a_dripping_host_no_longer_than_the_command_may(desk: Terminal) -> None:
    with harming(DRIPPING_HEAD) as port:
        text = Path("lightship.toml").read_text()
        Path("lightship.toml").write_text(text.replace("127.0.0.1:8001", f"127.0.0.1:{port}"))
        started = monotonic()
        answer = CliRunner().invoke(post, ["Webmail is down", "--json"], obj=App("lightship.toml", {}, seconds=0.8))
        took = monotonic() - started
    assert answer.exit_code == 1
    assert "0.8 s were over while waiting for /" in answer.output
    assert took < 15
