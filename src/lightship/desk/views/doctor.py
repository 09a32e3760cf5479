"""Would it work today? The last examination, what goes down together, the drills with the time of each step; and healthz."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from lightship.desk.views.base import author, done, on_page, page_config, show
from lightship.doctor import GROUPS
from lightship.store import receipts, reports
from lightship.store.models import Page, Report

NO_WORKER = "No worker is alive, so nobody examines anything: start one. Meanwhile `lightship doctor` in a terminal does it."
SECTIONS = (("fail", "down", "Fails"), ("warn", "slow", "To look at"))
"""The verdict, the tone and the heading of each."""
SHOWN_DRILLS = 12
WIDTH, EDGE, LEAST = 1000, 12, 0.01
"""Of the plot of seconds. EDGE: room at either side, for marks that lie at an end."""
TICKS = (0.01, 0.1, 1.0, 10.0, 100.0)
Facts = Mapping[str, Any]


@on_page
def doctor(request: HttpRequest, page: Page) -> HttpResponse:
    now = timezone.now()
    configured, working = page_config(page) is not None, receipts.is_working(page, now)
    if request.method == "POST" and configured:
        if not working:
            return done(request, NO_WORKER, "doctor", page, tone="down")
        if not reports.ask(page, author(request), now):
            message = "An examination is under way, or was made within the last minute: look at that one."
            return done(request, message, "doctor", page, tone="slow")
        return redirect("doctor", page.slug)
    last = reports.newest(page, reports.DOCTOR)
    values: dict[str, Any] = {"last": last, "configured": configured, "working": working, "no_worker": NO_WORKER}
    values |= _examination(last.facts) if last else {}
    return show(request, "doctor.html", page, under_way=reports.under_way(page, now), **values)


def _examination(facts: Facts) -> dict[str, Any]:
    well = [finding for finding in facts["findings"] if finding["verdict"] == "ok"]
    groups = {name: [f for f in well if f["check"].split(".")[0] == group] for group, name in GROUPS.items()}
    sections = [(tone, heading, _by_check(facts, verdict)) for verdict, tone, heading in SECTIONS]
    return {
        "headline": _headline(facts["counts"]),
        "sections": [section for section in sections if section[-1]],
        "unchecked": _by_check(facts, "unchecked"),
        "well": [(name, findings) for name, findings in groups.items() if findings],
        "rows": _matrix(facts),
    }


def _by_check(facts: Facts, verdict: str) -> list[list[Facts]]:
    """One fault for all subjects that it was found at, unless what to change differs."""
    faults = defaultdict(list)
    for finding in facts["findings"]:
        if finding["verdict"] == verdict:
            faults[finding["check"], finding["change"]].append(finding)
    return list(faults.values())


def _headline(counts: Mapping[str, int]) -> str:
    fails, warnings = counts["fail"], counts["warn"]
    failing = f"{fails} {'thing fails' if fails == 1 else 'things fail'}" if fails else ""
    return ", ".join(filter(None, [failing, f"{warnings} to look at" if warnings else ""])) or "It would work today"


def _matrix(facts: Facts) -> list[tuple[str, list[list[Facts]]]]:
    """A row for each part of the page; a cell for each watched name, with what the two share."""
    shared = defaultdict(list)
    for item in facts["shared"]:
        shared[item["part"], item["watched"]].append(item)
    return [(part, [shared[part, name] for name in facts["watched"]]) for part in facts["parts"]]


@on_page
def drills(request: HttpRequest, page: Page) -> HttpResponse:
    newest = list(page.reports.filter(kind=reports.DRILL)[:SHOWN_DRILLS])
    last, before = newest[0] if newest else None, newest[1:]
    steps = [_step(step, before) for step in last.facts["steps"]] if last else []
    marks, ticks = plot(steps)
    lines = list(zip(steps, marks, strict=True))
    return show(request, "drills.html", page, last=last, lines=lines, ticks=ticks, before=before)


_RESULTS = {
    "done": ("ok", "Done"),
    "late": ("slow", "Done, late"),
    "failed": ("down", "Failed"),
    "skipped": ("work", "Not rehearsed"),
}


def _step(step: Facts, before: Iterable[Report]) -> Facts:
    """A step of the last drill, and how many seconds it took now (None: it was not done) and in the drills before."""
    same = [old for report in before for old in report.facts["steps"] if old["name"] == step["name"]]
    now = step["seconds"] if step["status"] == "done" else None
    past = [old["seconds"] for old in same if old["status"] == "done"]
    usual = sorted(past)[len(past) // 2] if past else None
    tone, word = _RESULTS["late" if now is not None and now > step["goal"] else step["status"]]
    return {**step, "tone": tone, "word": word, "took": _seconds(now), "usual": _seconds(usual), "now": now, "past": past}


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} s" if value < 1 else f"{value:.1f} s"


def plot(steps: Sequence[Facts]) -> tuple[list[Facts], list[tuple[int, float, str]]]:
    """Where the marks of each step lie, from 0 to WIDTH; and the ticks of the axis: place, the same in percent of the whole
    width, label. One scale for all steps, logarithmic: a move takes one second, a restore thirty."""
    longest = max([10 * LEAST, *(seconds for step in steps for seconds in (step["now"] or 0, step["goal"], *step["past"]))])

    def at(seconds: float) -> int:
        return round(WIDTH * math.log(max(seconds, LEAST) / LEAST) / math.log(longest / LEAST))

    def percent(place: int) -> float:
        return round(100 * (place + EDGE) / (WIDTH + 2 * EDGE), 2)

    marks: list[Facts] = [
        {"now": None if step["now"] is None else at(step["now"]), "past": list(map(at, step["past"])), "goal": at(step["goal"])}
        for step in steps
    ]
    ticks = [(at(tick), percent(at(tick)), f"{tick:g} s") for tick in TICKS if tick <= longest]
    return marks, ticks


def healthz(request: HttpRequest) -> HttpResponse:
    """For supervisors: 200 while the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("the database does not answer\n", "text/plain", 503)
    return HttpResponse("ok\n", "text/plain")
