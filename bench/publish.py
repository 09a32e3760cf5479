"""Time from a post to its proof on two local hosts, the share of it that the disk needs, and its growth with the history.

The three desks run at once and are posted to in turn, so that other load on the machine affects all alike.
"""

import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bench.desk import Desk, load, new_desk, set_up, utc_now

SIZES = (10, 1_000, 10_000)


@dataclass
class Bench:
    """A desk with a history of `size`, and the milliseconds of each post to it; `floors`: those of the bare disk."""

    size: int
    desk: Desk
    incident: str = ""
    posts: list[float] = field(default_factory=list)
    floors: list[float] = field(default_factory=list)


def main() -> None:
    quick = "--quick" in sys.argv
    rounds, sizes = (20, SIZES[:2]) if quick else (100, SIZES)
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as home, contextlib.ExitStack() as stack:
        benches = [stack.enter_context(_ready(size, Path(home) / str(size))) for size in sizes]
        for number in range(rounds):
            for bench in benches:
                bench.posts.append(_post(bench, number))
                bench.floors.append(_floor(bench.desk))
        for bench in benches:
            _report(bench)
        first, last = benches[0], benches[-1]
        growth = statistics.median(last.posts) / statistics.median(first.posts)
        print(f"{last.size:,} incidents beside {first.size}: {growth:.2f} times the median (goal: at most 1.5)")


@contextlib.contextmanager
def _ready(size: int, home: Path) -> Iterator[Bench]:
    bench = Bench(size, new_desk(home))
    set_up(bench.desk)
    load(size)
    with bench.desk.serving(), bench.desk.working():
        bench.incident = _open()
        _until_proven(0, 2)
        yield bench


def _open() -> str:
    from lightship.core.model import ComponentStatus, Status
    from lightship.store import journal, models

    page = models.Page.objects.get()
    down = {page.components.all()[0].pk: ComponentStatus.MAJOR}
    update = journal.NewUpdate(status=Status.INVESTIGATING, body="We are looking.", statuses=down)
    return journal.open_incident(page, journal.NewIncident(name="Webmail is down", update=update), None, utc_now()).pk


def _post(bench: Bench, number: int) -> float:
    """Milliseconds from the call that posts until the last host's receipt says that a public reader read it."""
    from lightship.core.model import Status
    from lightship.store import journal, models

    set_up(bench.desk)
    incident = models.Incident.objects.select_related("page").get(pk=bench.incident)
    update = journal.NewUpdate(status=Status.IDENTIFIED, body=f"{number} of 200 servers are moved. Mail is not lost: it waits.")
    started = time.perf_counter()
    journal.update(incident, update, None, utc_now())
    revision = models.Page.objects.values_list("revision", flat=True).get()
    return (_until_proven(revision, 2) - started) * 1000


def _until_proven(revision: int, hosts: int) -> float:
    from lightship.store import models

    deadline = time.perf_counter() + 120
    while time.perf_counter() < deadline:
        wanted = revision or models.Page.objects.values_list("revision", flat=True).get()
        proven = models.Receipt.objects.filter(revision=wanted, verdict="proven").values_list("host", flat=True)
        if len(set(proven)) >= hosts:
            return time.perf_counter()
        time.sleep(0.002)
    raise TimeoutError(f"revision {revision} was not proven on {hosts} hosts")


def _floor(desk: Desk) -> float:
    """Milliseconds to write a new tree of the same front set, sync it to the disk, and switch a symlink to it."""
    from lightship.hosts.folder import settle_tree

    root = desk.home / "hosts" / "a" / ".lightship" / "current"
    files = {path.relative_to(root): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
    floor = desk.home / "floor"
    target = floor / str(time.monotonic_ns())
    started = time.perf_counter()
    for path, body in files.items():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        (target / path).write_bytes(body)
    settle_tree(floor)
    (floor / "next").symlink_to(target)
    (floor / "next").replace(floor / "current")
    return (time.perf_counter() - started) * 1000


def _report(bench: Bench) -> None:
    median, floor = statistics.median(bench.posts), statistics.median(bench.floors)
    p99 = statistics.quantiles(bench.posts, n=100)[98]
    print(
        f"post to proven on 2 hosts, {bench.size:,} incidents of history: median {median:.0f} ms, p99 {p99:.0f} ms "
        f"({len(bench.posts)} posts); the floor (tree, syncfs, symlink) is {floor:.1f} ms, {floor / median:.0%} of it"
    )


if __name__ == "__main__":
    main()
