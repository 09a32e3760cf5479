"""Real incidents, run through the clock and the scorecard: how they were spoken of, and what Lightship would have nudged, when.

    python -m bench replay --incidents FILE [--json] [--minutes 30 --minutes 60]

FILE has an incident a line as JSON: `updates` with `at`, `status` and `message`, and `impact`. A nudge changes nothing: the
updates come when they came. Without FILE it reads what LIGHTSHIP_SHARED holds; that is not part of this repository.
"""

import argparse
import json
import math
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from lightship.core.duty.cards import Card, Case
from lightship.core.duty.figures import Figures
from lightship.core.duty.nudges import Chain, Clock, Sent, due
from lightship.core.duty.nudges import Step as Which
from lightship.core.duty.policy import Policy
from lightship.core.duty.promises import deadline
from lightship.core.duty.scorecard import FRESH, by_person, card, figures
from lightship.core.model import Facts, Impact, Incident, Kind, Status, Update, Wording
from lightship.core.wire import moment, stamp

Json = dict[str, Any]
MINUTE = timedelta(minutes=1)
STEPS = {"T-10": Which.WRITER, "T-3": Which.DEPUTY, "T+0": None, "T+5": Which.LATE, "T+15": Which.ALL}
"""Told are the writer, the deputy, approver and lead, and the whole list; at T+0 the page says that the update is late."""
CHAIN = Chain(writer="writer", deputy="deputy", approver="approver", lead="lead", everyone=("everyone",))
STATUSES = {
    "Investigating": Status.INVESTIGATING,
    "Identified": Status.IDENTIFIED,
    "Monitoring": Status.MONITORING,
    "Resolved": Status.RESOLVED,
    "Scheduled": Status.SCHEDULED,
    "In progress": Status.IN_PROGRESS,
    "Verifying": Status.VERIFYING,
    "Completed": Status.COMPLETED,
}
"""Any other status leaves the incident in the one that it has."""
PROMISE = re.compile(
    r"\b(?:next|another|an|status) update\b[^.]{0,40}?"
    r"(?:\b(?:in|within)(?: the next)? (?P<count>\d{1,3}|an|one|two) ?(?P<unit>m|h)(?:in\w*|ours?|)\b"
    r"|\b(?:by|at) (?P<hour>\d{1,2}):(?P<minute>\d\d) UTC)",
    re.IGNORECASE,
)
"""A promise in the words of an update."""
NUMBERS = {"an": 1, "one": 1, "two": 2}
LONGEST = 3
"""How many of the longest silences are printed with their nudges."""


@dataclass(frozen=True)
class Deadline:
    """`met` None: the incident is open, and nobody has spoken."""

    incident: Incident
    made: datetime
    due: datetime
    met: datetime | None

    @property
    def in_time(self) -> bool:
        return self.met is not None and self.met <= self.due


@dataclass(frozen=True)
class Step:
    at: datetime
    name: str
    deadline: Deadline


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench replay", description=__doc__.partition("\n")[0])
    parser.add_argument("--incidents", type=Path, help="incidents as JSON, one a line")
    parser.add_argument("--minutes", type=int, action="append", help="the page's interval; again for another beside it")
    parser.add_argument("--json", action="store_true", help="all figures, and every nudge with its time")
    options = parser.parse_args(arguments)
    shared = os.environ.get("LIGHTSHIP_SHARED")
    file = options.incidents or (Path(shared) / "data" / "github-incidents.jsonl" if shared else None)
    if file is None:
        print("replay: name a file with --incidents, or set LIGHTSHIP_SHARED to the folder of recorded data")
        return
    report = replay(read(file.read_text("utf-8").splitlines()), options.minutes or [30, 60])
    print(json.dumps(report, indent=1) if options.json else "\n".join(table(report)))


def read(lines: Iterable[str]) -> list[Case]:
    return [_case(json.loads(line)) for line in lines if line.strip()]


def _case(raw: Json) -> Case:
    updates: list[Update] = []
    status = Status.INVESTIGATING
    for number, posted in enumerate(raw["updates"]):
        status, at = STATUSES.get(posted["status"], status), moment(posted["at"])
        updates.append(_update(f"{raw['id']}-{number:03}", status, posted["message"], at))
    maintenance = any(update.status is Status.SCHEDULED for update in updates)
    first = updates[0].created_at
    window = raw.get("impact_window") or {}
    # A later review said since when it had been broken: what staff state as `since`.
    since = moment(window["start_at"]) if window.get("start_at") and moment(window["start_at"]) < first else first
    impact = None if raw.get("impact") in (None, "maintenance") else Impact(raw["impact"])
    return Case(
        incident=Incident(
            id=raw["id"],
            kind=Kind.MAINTENANCE if maintenance else Kind.INCIDENT,
            name=raw["title"],
            created_at=first,
            updated_at=updates[-1].created_at,
            started_at=since,
            updates=tuple(updates),
            impact_override=impact,
        )
    )


def _update(id: str, status: Status, body: str, at: datetime) -> Update:
    wordings = (Wording(at, body, Facts(next_update=promise(body, at))),)
    return Update(id=id, status=status, wordings=wordings, created_at=at, updated_at=at, display_at=at)


def promise(body: str, at: datetime) -> datetime | None:
    """By when an update says, in its words, that the next one comes: "within 30 minutes", "in one hour", "by 17:15 UTC"."""
    match = PROMISE.search(body)
    if match is None:
        return None
    if match["hour"]:
        due = at.replace(hour=int(match["hour"]) % 24, minute=int(match["minute"]))
        return due if due > at else due + timedelta(days=1)
    count = NUMBERS.get(match["count"].lower()) or int(match["count"])
    return at + count * (MINUTE if match["unit"].lower() == "m" else 60 * MINUTE)


def deadlines(incident: Incident, minutes: int, policy: Policy) -> Iterator[Deadline]:
    """Each deadline that the incident's updates set, one after another, and when a person met it."""
    spoken = [number for number, update in enumerate(incident.updates) if by_person(update)]
    for number, after in zip(spoken, [*spoken[1:], None], strict=True):
        so_far = replace(incident, updates=incident.updates[: number + 1])
        if by := deadline(so_far, minutes, policy):
            met = incident.updates[after].created_at if after is not None else None
            yield Deadline(incident, so_far.updates[-1].created_at, by, met)


def steps(line: Deadline) -> Iterator[Step]:
    """The steps of the chain that were reached before somebody spoke."""
    clock = _clock(line)
    for name, which in STEPS.items():
        at = clock.at(which) if which else line.due
        if line.made <= at and (line.met is None or at < line.met):
            yield Step(at, name, line)


def _clock(line: Deadline) -> Clock:
    return Clock(subject=line.incident.id, name=line.incident.name, due=line.due, since=line.made)


def messages(nudged: Sequence[Step]) -> int:
    """How many messages the clock makes of these, asked at each moment at which a step comes: of deadlines due together
    one to a person. Each duty has a person, and nobody acknowledges."""
    count = 0
    sent: list[Sent] = []
    lines = sorted({step.deadline for step in nudged}, key=lambda line: line.made)
    for now in sorted({step.at for step in nudged}):
        running = [_clock(line) for line in lines if line.made <= now and (line.met is None or now < line.met)]
        sent = [nudge for nudge in sent if any(nudge.about(clock) for clock in running)]
        for made in due(running, CHAIN, sent, now):
            count += 1
            sent.append(Sent(person=made.person, step=made.step, subjects={clock.subject: clock.due for clock in made.clocks}))
    return count


def replay(cases: Sequence[Case], intervals: Sequence[int]) -> Json:
    last = max(case.incident.updated_at for case in cases)
    cards = [card(case, last) for case in cases]
    return {
        "history": _history(cards, figures(cards)),
        "policies": [_policy([case.incident for case in cases], minutes) for minutes in intervals],
        "longest": _longest(cards, intervals[0]),
    }


def _history(cards: Sequence[Card], sums: Figures) -> Json:
    gaps = [gap.ends - gap.starts for one in cards for gap in one.silences]
    longest = sorted(max(gap.ends - gap.starts for gap in one.silences) for one in cards if one.silences)
    return {
        "incidents": sums.incidents,
        "maintenances": sum(one.incident.kind is Kind.MAINTENANCE for one in cards),
        "posts": sums.posts,
        "gaps": len(gaps),
        "gaps within 30 min": sum(gap <= FRESH for gap in gaps),
        "incidents with a gap": len(longest),
        "incidents with every gap within 30 min": sum(gap <= FRESH for gap in longest),
        "longest silence, minutes": {str(share): _minutes(_at(longest, share)) for share in (50, 75, 90, 99, 100)},
        "open minutes": _minutes(sums.open),
        "of them with an update under 30 min old": _minutes(sums.fresh),
        "promises in words": sums.promises,
        "of them kept": sums.in_time,
        "first words known": len(sums.first_words),
        "first word, minutes": {str(share): _minutes(_at(sums.first_words, share)) for share in (50, 75, 90)},
    }


def _at(lengths: Sequence[timedelta], share: int) -> timedelta:
    """The length that so many in a hundred do not exceed."""
    return lengths[max(math.ceil(len(lengths) * share / 100) - 1, 0)] if lengths else timedelta()


def _minutes(length: timedelta) -> float:
    return round(length / MINUTE, 1)


def _policy(incidents: Sequence[Incident], minutes: int) -> Json:
    policy = Policy()
    lines = [line for incident in incidents for line in deadlines(incident, minutes, policy)]
    nudged = sorted((step for line in lines for step in steps(line)), key=lambda step: (step.at, list(STEPS).index(step.name)))
    late = [line for line in lines if not line.in_time]
    return {
        "minutes": minutes,
        "critical": min(policy.critical, minutes),
        "deadlines": len(lines),
        "in time": len(lines) - len(late),
        "incidents with every deadline in time": _incidents(lines) - _incidents(late),
        "incidents with a deadline": _incidents(lines),
        "steps": dict(Counter(dict.fromkeys(STEPS, 0)) + Counter(step.name for step in nudged)),
        "messages": messages(nudged),
        "incidents that reached T+15": _incidents(step.deadline for step in nudged if step.name == "T+15"),
        "when": [
            {"at": stamp(step.at), "step": step.name, "incident": step.deadline.incident.id, "due": stamp(step.deadline.due)}
            for step in nudged
        ],
    }


def _incidents(lines: Iterable[Deadline]) -> int:
    return len({line.incident.id for line in lines})


def _longest(cards: Sequence[Card], minutes: int) -> list[Json]:
    """The longest silences, and the first nudges that each would have brought."""
    silences = sorted(((gap.ends - gap.starts, gap, one) for one in cards for gap in one.silences), key=lambda row: -row[0])
    rows = []
    for length, gap, one in silences[:LONGEST]:
        lines = deadlines(one.incident, minutes, Policy())
        nudged = [step for line in lines if line.made == gap.starts for step in steps(line)]
        when = {step.name: stamp(step.at) for step in nudged}
        silence = {"from": stamp(gap.starts), "to": stamp(gap.ends), "minutes": _minutes(length)}
        rows.append({"incident": one.incident.id, "name": one.incident.name, **silence, "nudges": when})
    return rows


def table(report: Json) -> Iterator[str]:
    past = report["history"]
    silence, first = past["longest silence, minutes"], past["first word, minutes"]
    yield f"{past['incidents']} incidents and {past['maintenances']} maintenances, {past['posts']:,} posts about the incidents"
    yield f"gaps within 30 min            {_of(past['gaps within 30 min'], past['gaps'])}"
    yield f"incidents, every gap within   {_of(past['incidents with every gap within 30 min'], past['incidents with a gap'])}"
    yield "longest silence, min          " + ", ".join(f"{n} % at most {value:,.0f}" for n, value in silence.items())
    yield f"open min, update under 30 old {_of(past['of them with an update under 30 min old'], past['open minutes'])}"
    yield f"promises made in words, kept  {_of(past['of them kept'], past['promises in words'])}"
    known = f"(known of {past['first words known']})"
    yield (
        "first word, min               " + ", ".join(f"{n} % at most {value:,.0f}" for n, value in first.items()) + f" {known}"
    )
    yield ""
    yield from _columns(report["policies"])
    yield ""
    for row in report["longest"]:
        when = ", ".join(f"{name} {at[11:16]}" for name, at in row["nudges"].items())
        yield f"silent {row['minutes']:,.0f} min from {row['from'][:16].replace('T', ' ')} UTC ({row['incident']}): {when}"


def _columns(policies: Sequence[Json]) -> Iterator[str]:
    def line(title: str, values: Iterable[str]) -> str:
        return f"{title:<30}" + "".join(f"{value:>26}" for value in values)

    yield line("if the page promises", (f"{p['minutes']} min ({p['critical']} critical)" for p in policies))
    yield line("deadlines in time", (_of(p["in time"], p["deadlines"]) for p in policies))
    every = "incidents with every deadline in time"
    yield line("incidents, every one in time", (_of(p[every], p["incidents with a deadline"]) for p in policies))
    for name in STEPS:
        yield line(f"would have nudged at {name}", (f"{p['steps'].get(name, 0):,}" for p in policies))
    yield line("messages to people", (f"{p['messages']:,}" for p in policies))
    yield line("incidents that reached T+15", (f"{p['incidents that reached T+15']:,}" for p in policies))


def _of(part: float, whole: float) -> str:
    return f"{part:,.0f} of {whole:,.0f}, {part / whole:.1%}" if whole else "none"


if __name__ == "__main__":
    main()
