"""A day of incidents through a clock change: real worker processes that are killed, a real mail relay, a real database, and
a clock that runs fast. Every nudge that is due arrives, in order; a copy only where a worker was killed over it; none about
what is over; and the page promises what the journal holds.

`make soak` plays a day of two hundred incidents; every run some hours. What should have come is worked out in day.py."""

import os
import random
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median

import pytest
from django.contrib.auth.models import User
from django.db import connection
from tests.smtp_sink import Received, Sink, sink
from tests.story.day import TICK, ZONE, Act, Day, Deadline, people, tick
from tests.story.day_worker import PEOPLE, names

from lightship import page as public
from lightship.core.duty.policy import Policy
from lightship.core.duty.wording import _ASK as ASK
from lightship.core.model import ComponentStatus, Facts, Status
from lightship.store import journal
from lightship.store.duty import delivery, nudges
from lightship.store.journal import structure
from lightship.store.models import Alert, Component, Incident, Nudge, Page, Wording
from lightship.store.read import snapshot

ROUNDS = int(os.environ.get("LIGHTSHIP_ROUNDS", "12"))
CHANGES = {"back": datetime(2026, 10, 25, 1, tzinfo=UTC), "forward": datetime(2026, 3, 29, 1, tzinfo=UTC)}
"""When Vienna's clocks change: in the middle of what is played."""
HOURS = 22 if ROUNDS > 50 else 3
AWAY = (timedelta(minutes=-20), timedelta(minutes=15))
"""From when until when, counted from the change, no worker runs."""
EARLY = timedelta(minutes=5)
DATE = re.compile(r"^(?:Next update|First word) due (\d\d:\d\d \w+)")
ORDER = ("writer", "deputy", "late", "all")


@dataclass(frozen=True)
class Came:
    """A letter: when, to whom, at which step, and the deadlines (name, time as written) that it speaks of."""

    at: datetime
    to: str
    id: str
    step: str
    about: frozenset[tuple[str, str]]


@dataclass
class Play:
    home: Path
    relay: Sink
    page: Page
    component: Component
    day: Day
    change: datetime
    now: datetime
    random: random.Random
    workers: "dict[str, subprocess.Popen[str]]" = field(default_factory=dict)
    came: list[Came] = field(default_factory=list)
    kills: set[datetime] = field(default_factory=set)
    killed: int = 0
    rows: dict[int, Incident] = field(default_factory=dict)
    alerts: dict[int, Alert] = field(default_factory=dict)
    armed: bool = False
    promises: int = 0
    number: Counter[str] = field(default_factory=Counter)

    # The workers

    def start(self, name: str) -> None:
        command = [sys.executable, "-m", "tests.story.day_worker", str(self.home / "lightship.toml")]
        log = (self.home / f"{name}.log").open("a")
        pipe = subprocess.PIPE
        self.workers[name] = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log, text=True, bufsize=1)

    def kill(self, name: str) -> None:
        self.workers[name].kill()
        self.killed += 1
        self.kills.add(self.now)

    def work(self) -> None:
        """Every worker does what is due now; one that was killed over it is started again."""
        for name, worker in self.workers.items():
            if worker.poll() is None:
                self._tell(name)
        if self.random.random() < 0.01:
            self.kill(self.random.choice(sorted(self.workers)))
        for name, worker in list(self.workers.items()):
            if not self._answered(worker):
                worker.wait()
                self.start(name)
                self._answered(self.workers[name])

    def _tell(self, name: str) -> None:
        stdin = self.workers[name].stdin
        assert stdin
        try:
            stdin.write(f"{self.now.isoformat()}\n")
        except BrokenPipeError:
            return

    @staticmethod
    def _answered(worker: "subprocess.Popen[str]") -> str:
        assert worker.stdout
        return worker.stdout.readline()

    def receive(self, received: Received) -> None:
        """A letter came. If one is armed, whoever may have sent it is killed before learning what became of it."""
        if self.armed:
            self.armed = False
            for name in list(self.workers):
                self.kill(name)
        step = next(step for step, ask in ASK.items() if ask in received.body)
        lines = received.body.splitlines()
        about = {(name, due[1]) for name, line in pairwise(lines) if (due := DATE.match(line))}
        self.came.append(Came(self.now, received.to.partition("@")[0], received.id, step, frozenset(about)))

    # The staff

    def act(self, act: Act) -> None:
        self.number[act.kind] += 1
        user = User.objects.get(username=names(act.at)["writer"])
        if act.kind == "report":
            summary = f"Report {act.incident:03}"
            self.alerts[act.incident] = Alert.objects.create(page=self.page, at=act.at, source="person", summary=summary)
        elif act.kind == "acknowledge":
            self._acknowledge(act, user)
        elif act.kind == "open":
            new = journal.NewUpdate(
                status=Status.INVESTIGATING,
                body="Sign-in fails.",
                facts=Facts(next_update=act.promise),
                statuses={self.component.pk: ComponentStatus.MAJOR},
            )
            named = journal.NewIncident(name=f"Outage {act.incident:03}", update=new)
            self.rows[act.incident] = journal.open_incident(self.page, named, user, act.at)
            self._first_word_is_spoken(act.at)
        else:
            status = Status.RESOLVED if act.kind == "resolve" else Status.IDENTIFIED
            new = journal.NewUpdate(status=status, body=f"At {act.at:%H:%M}.", facts=Facts(next_update=act.promise))
            journal.update(self.rows[act.incident], new, user, act.at)

    def _first_word_is_spoken(self, at: datetime) -> None:
        """Whoever opens an incident answers every report that waits (store/duty/alerts.py)."""
        for deadline in self.day.deadlines:
            if deadline.name.startswith("Report") and deadline.made <= at < deadline.ends:
                deadline.ends = tick(at)

    def _acknowledge(self, act: Act, user: User) -> None:
        """One answer answers all that the message was about."""
        nudges.acknowledge(self.page, self.rows[act.incident].pk, user, act.at)
        subjects = Nudge.objects.filter(acknowledged_at=act.at).values_list("subjects", flat=True)
        answered = {(subject, due) for about in subjects for subject, due in about.items()}
        named = {row.name: row.pk for row in self.rows.values()}
        for deadline in self.day.deadlines:
            if (named.get(deadline.name), deadline.due.isoformat()) in answered and not deadline.acknowledged:
                deadline.acknowledged = self.now

    def check_page(self) -> None:
        """Readers see what the journal promises, of each open incident, and nothing else."""
        self.page.refresh_from_db()
        shot = snapshot.take(self.page, "https://acme.test", [], self.now)
        own = {incident.name: incident.updates[-1].facts.next_update for incident in shot.open}
        assert own == {row.name: self._written(row) for row in self.rows.values() if row.pk in {i.id for i in shot.open}}
        for incident in shot.open:
            due, leaves = own[incident.name], public.leaf(shot.page, incident, shot.hosts)
            html = b"".join(body for path, body in leaves.items() if path.endswith(".html")).decode()
            assert due is None or f"{due:%Y-%m-%dT%H:%M}Z" in html, f"the page of {incident.name} does not promise {due}"
            self.promises += due is not None

    def _written(self, row: Incident) -> datetime | None:
        newest = Wording.objects.filter(update__incident=row).latest("at", "pk")
        stated = newest.facts.get("next_update")
        return datetime.fromisoformat(stated) if stated else None

    # The day

    def run(self) -> None:
        for name in ("first", "second"):
            self.start(name)
            self._answered(self.workers[name])
        acts, over = list(self.day.acts), self.day.acts[-1].at + timedelta(hours=1)
        away = tuple(self.change + span for span in AWAY)
        while self.now < over:
            self.now += TICK
            if self._is_calm() and acts:
                self.now = tick(acts[0].at)
            due = []
            while acts and acts[0].at <= self.now:
                due.append(acts.pop(0))
            for act in due:
                self.act(act)
            if {act.kind for act in due} & {"open", "post", "resolve"}:
                self.check_page()
            self.armed = self.armed or self.random.random() < 0.01
            if not away[0] <= self.now < away[1]:
                self.work()

    def _is_calm(self) -> bool:
        return not any(tick(deadline.made) <= self.now <= deadline.ends for deadline in self.day.deadlines)

    def up(self, at: datetime) -> datetime:
        """The first tick from then on at which workers ran: a report may be older than the day that is played."""
        at = max(at, self.day.begins + TICK)
        away = tuple(self.change + span for span in AWAY)
        return tick(away[1]) if away[0] <= tick(at) < away[1] else tick(at)


@dataclass
class Verdict:
    """What the letters show. `overtaken`: due while its worker was dead, and spoken of before another took over."""

    due: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    too_late: list[str] = field(default_factory=list)
    overtaken: int = 0
    held_back: int = 0
    disorder: list[str] = field(default_factory=list)
    over: list[str] = field(default_factory=list)
    copies: int = 0
    unexplained: list[str] = field(default_factory=list)


def judge(play: Play) -> Verdict:
    verdict, about = Verdict(), defaultdict[tuple[str, str], list[Came]](list)
    for came in play.came:
        for deadline in came.about:
            about[deadline].append(came)
    for stood in play.day.deadlines:
        own = [came for came in about[stood.name, stood.text] if stood.made <= came.at]
        _judge_steps(play, stood, own, verdict)
        _judge_order(play, stood, own, verdict)
    _judge_over(play, verdict)
    _judge_copies(play, verdict)
    return verdict


def _judge_steps(play: Play, deadline: Deadline, own: list[Came], verdict: Verdict) -> None:
    for step, at in deadline.steps().items():
        when = play.up(at)
        if when >= deadline.ends or (step == "deputy" and deadline.acknowledged and deadline.acknowledged <= when):
            continue
        for person in people(step, when):
            verdict.due[step] += 1
            enough = [c for c in own if c.to == person and ORDER.index(c.step) >= ORDER.index(step) and c.at >= at - EARLY]
            if enough:
                verdict.late.append(max((enough[0].at - when).total_seconds(), 0.0))
                if enough[0].at > when + delivery.LEASE + 3 * TICK:
                    verdict.too_late.append(f"{deadline}: {step} {person} at {when}; kills {sorted(play.kills)}; came {own}")
            elif any(when <= kill for kill in play.kills) and deadline.ends <= when + delivery.LEASE + 2 * TICK:
                verdict.overtaken += 1
            else:
                verdict.missing.append(f"{deadline.name} due {deadline.due}: {step} {person} at {when}; there came {own}")


def _judge_order(play: Play, deadline: Deadline, own: list[Came], verdict: Verdict) -> None:
    """Each step's first letter after that of the step before; two persons of a step have no order. A worker that is killed over
    a letter holds back that one, until its claim runs out."""
    first: dict[str, int] = {}
    for place, came in enumerate(own):
        first.setdefault(came.step, place)
    steps = [step for step in ORDER if step in first]
    for earlier, later in pairwise(steps):
        if first[earlier] < first[later]:
            continue
        at = own[first[earlier]].at
        if any(at - delivery.LEASE - 2 * TICK <= kill <= at for kill in play.kills):
            verdict.held_back += 1
        else:
            verdict.disorder.append(f"{deadline.name} due {deadline.due}: {[(c.at, c.step, c.to) for c in own]}")


def _judge_over(play: Play, verdict: Verdict) -> None:
    """A letter speaks of at least one deadline that stood at that moment."""
    standing = defaultdict[tuple[str, str], list[Deadline]](list)
    for deadline in play.day.deadlines:
        standing[deadline.name, deadline.text].append(deadline)
    for came in play.came:
        if not any(d.made <= came.at < d.ends for about in came.about for d in standing[about]):
            verdict.over.append(f"{came.at} {came.to} {sorted(came.about)}")


def _judge_copies(play: Play, verdict: Verdict) -> None:
    first: dict[tuple[str, str], datetime] = {}
    for came in play.came:
        sent = first.setdefault((came.id, came.to), came.at)
        if sent is came.at:
            continue
        verdict.copies += 1
        if sent not in play.kills:
            verdict.unexplained.append(f"{came.at} {came.to} {came.id}, first at {sent}")


def table(play: Play, verdict: Verdict) -> str:
    letters = Counter(came.step for came in play.came)
    late = sorted(verdict.late)
    rows = [
        ("incidents, reports", f"{play.number['open']}, {play.number['report']}"),
        ("posts, resolved, acknowledged", f"{play.number['post']}, {play.number['resolve']}, {play.number['acknowledge']}"),
        ("deadlines", f"{len(play.day.deadlines)}"),
        *((f"nudges due, letters: {step}", f"{verdict.due[step]}, {letters[step]}") for step in ORDER),
        ("nudges missing", f"{len(verdict.missing)}"),
        ("overtaken by a post while their worker was dead", f"{verdict.overtaken}"),
        ("out of order, not explained by a kill", f"{verdict.held_back + len(verdict.disorder)}, {len(verdict.disorder)}"),
        ("about what is over", f"{len(verdict.over)}"),
        ("workers killed", f"{play.killed}"),
        ("copies, not explained by a kill", f"{verdict.copies}, {len(verdict.unexplained)}"),
        ("seconds late, median and most", f"{median(late):.0f}, {late[-1]:.0f} (a tick is {TICK.total_seconds():.0f} s)"),
        ("promises compared on the page", f"{play.promises}"),
    ]
    return "\n".join(f"{what:50}{value:>20}" for what, value in rows)


@pytest.fixture
def relay() -> Iterator[Sink]:
    with sink() as relay:
        yield relay


@pytest.fixture(params=sorted(CHANGES))
def play(request: pytest.FixtureRequest, database: Path, tmp_path: Path, relay: Sink) -> Iterator[Play]:
    begins = CHANGES[request.param] - timedelta(hours=HOURS / 2)
    users = [User.objects.create(username=name, email=f"{name}@acme.test") for name in PEOPLE]
    page = structure.create_page("acme", "Acme Hosting", None, begins - timedelta(days=9), time_zone=str(ZONE))
    component = structure.create_component(page, "Webmail", None, begins - timedelta(days=9))
    page.policy = Policy(critical=30, escalation=(str(users[0].pk), str(users[-1].pk))).stored()
    page.save(update_fields=["policy"])
    (tmp_path / "lightship.toml").write_text(_toml(relay.port))
    (tmp_path / "key").write_text("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")
    day = Day(begins, ROUNDS, HOURS, seed=8)
    play = Play(tmp_path, relay, page, component, day, CHANGES[request.param], begins, random.Random(8))
    relay.after_yes = play.receive
    try:
        yield play
    finally:
        for worker in play.workers.values():
            worker.kill()
            worker.wait()


def _toml(port: int) -> str:
    own = connection.settings_dict
    database = "sqlite:///desk.sqlite3"
    if connection.vendor == "postgresql":
        database = f"postgres://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{own['NAME']}"
    return f"""
[desk]
url = "http://desk.test"
database = "{database}"
secret = "{"s" * 40}"
[channels.mail]
kind = "email"
host = "127.0.0.1"
port = {port}
sender = "status@acme.test"
[pages.acme]
url = "http://127.0.0.1:9"
key = {{ file = "key" }}
[pages.acme.hosts.vienna]
kind = "folder"
path = "vienna"
url = "http://127.0.0.1:9"
"""


@pytest.mark.long
def test_every_nudge_of_a_day_arrives_in_order_and_none_about_what_is_over(
    play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    play.run()
    verdict = judge(play)
    with capsys.disabled():
        sys.stdout.write(f"\n{table(play, verdict)}\n")
    assert verdict.missing == []
    assert verdict.too_late == []
    assert verdict.disorder == []
    assert verdict.over == []
    assert verdict.unexplained == []
    assert play.killed > 0
    assert play.promises > 0
