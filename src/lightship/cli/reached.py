"""Wait until readers read what was just posted; where no worker is alive, publish it from here."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from lightship.cli.publish import bring
from lightship.cli.shared import App, utc_now
from lightship.config import PageConfig
from lightship.core.site.receipt import Verdict

if TYPE_CHECKING:
    from lightship.publishing.verify import Verifier
    from lightship.store.models import Page, Receipt

LONGEST = 20.0
"""Seconds to wait for hosts that a worker still works on."""
SILENCE = 6.0
"""Seconds to wait for a first receipt: a living worker checks each host every 5."""
PATIENCE = 3.0
"""Seconds in which a host that fails may still come to hold it."""
LOOK = 0.05

wait_option = click.option("--no-wait", is_flag=True, help="Do not wait until readers read it.")


@dataclass(frozen=True)
class HostAnswer:
    """What a host does with the post. `recorded`: whether a worker has recorded a receipt since."""

    host: str
    verdict: str
    revision: int
    reason: str
    reads: bool
    recorded: bool


def tell_posted(app: App, config: PageConfig, page: "Page", id: str, name: str, *, wait: bool) -> None:
    """Say at once that it is accepted; then who reads it. Exit status 1 where nobody does."""
    page.refresh_from_db()
    facts, started = {"id": id, "revision": page.revision}, time.monotonic()
    if not app.as_json:
        click.echo(f"Posted: {name} ({id}), revision {page.revision}.")
    if not wait:
        app.say("Not waited for: `lightship hosts` tells who reads it.", facts)
        return
    answers, by = answers_of(config, page, app.reader())
    reads = [answer.host for answer in answers if answer.reads]
    hosts = [{"host": a.host, "verdict": a.verdict, "revision": a.revision, "words": a.reason} for a in answers]
    seconds = round(time.monotonic() - started, 1)
    lines = [f"{a.host} does not have it: {a.reason or a.verdict}" for a in answers if not a.reads]
    if by == "terminal":
        lines.insert(0, "No worker is alive: it was published from here, and nobody keeps the page fresh.")
    if reads:
        lines.insert(0, f"Read on {', '.join(reads[:-1])}{' and ' if reads[1:] else ''}{reads[-1]} after {seconds} s.")
    more = {"published": bool(reads), "by": by, "seconds": seconds, "hosts": hosts}
    app.say("\n".join(lines), {**facts, **more})
    if not reads:
        why = "no host is proven to show it" if answers else "the page has no hosts in lightship.toml"
        click.echo(f"NOT PUBLISHED: {why}. It is kept, and goes out when a worker runs and a host answers.", err=True)
        raise click.exceptions.Exit(1)


def answers_of(
    config: PageConfig,
    page: "Page",
    reader: "Verifier",
    now: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> tuple[Sequence[HostAnswer], str]:
    """What each host does with the newest revision, and who published it: `worker`, or `terminal` where none is alive."""
    from lightship.desk import host_status  # after Django is set up

    started, before = now(), _rows(config, page)
    alive = host_status.is_working(page, utc_now())
    while alive:
        answers = _answers(config, page, before)
        waited = now() - started
        if waited > LONGEST or all(answer.reads or (answer.recorded and waited > PATIENCE) for answer in answers):
            return answers, "worker"
        alive = waited <= SILENCE or any(answer.recorded for answer in answers)
        pause(LOOK)
    bring(config, page, config.hosts, reader)
    return _answers(config, page, before), "terminal"


def _rows(config: PageConfig, page: "Page") -> "dict[str, Receipt | None]":
    from lightship.store import receipts  # after Django is set up

    return {host.name: receipts.newest(page, host.name) for host in config.hosts}


def _answers(config: PageConfig, page: "Page", before: "Mapping[str, Receipt | None]") -> Sequence[HostAnswer]:
    return [_answer(page, host, row, before[host]) for host, row in _rows(config, page).items()]


def _answer(page: "Page", host: str, row: "Receipt | None", before: "Receipt | None") -> HostAnswer:
    if row is None:
        return HostAnswer(host, "", 0, "nothing is heard of it", reads=False, recorded=False)
    behind = (row.epoch, row.revision) < (page.epoch, page.revision)
    proven = row.verdict == Verdict.PROVEN
    reason = f"it serves revision {row.revision}" if proven and behind else row.reason
    recorded = before is None or (row.pk, row.seen_at) != (before.pk, before.seen_at)
    return HostAnswer(host, row.verdict, row.revision, reason, reads=proven and not behind, recorded=recorded)
