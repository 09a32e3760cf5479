"""Would it work today? The last examination, what goes down together, the drills with the time of each step; and healthz."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from lightship.desk.plot import Marks, plot
from lightship.desk.views.base import author, done, on_page, page_config, show
from lightship.doctor import GROUPS
from lightship.store import receipts, reports
from lightship.store.models import Page

NO_WORKER = "No worker is alive, so nobody examines anything: start one. Meanwhile `lightship doctor` in a terminal does it."
TONES = {"fail": "down", "warn": "slow", "unchecked": "work", "ok": "ok"}
HEADINGS = (("fail", "Fails"), ("warn", "To look at"))
SHOWN_DRILLS = 12
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
    findings = [{**finding, "tone": TONES[finding["verdict"]]} for finding in facts["findings"]]
    well = [finding for finding in findings if finding["verdict"] == "ok"]
    groups = {name: [f for f in well if f["check"].split(".")[0] == group] for group, name in GROUPS.items()}
    sections = [{"heading": heading, "faults": _by_check(findings, verdict)} for verdict, heading in HEADINGS]
    return {
        "headline": _headline(facts["counts"]),
        "sections": [section for section in sections if section["faults"]],
        "unchecked": _by_check(findings, "unchecked"),
        "well": [{"name": name, "findings": findings} for name, findings in groups.items() if findings],
        "well_count": facts["counts"]["ok"],
        "watched": facts["watched"],
        "rows": _matrix(facts),
        "source": facts["source"],
    }


def _by_check(findings: Iterable[Facts], verdict: str) -> list[list[Facts]]:
    """One fault for all subjects that it was found at, unless what to change differs."""
    faults = defaultdict(list)
    for finding in findings:
        if finding["verdict"] == verdict:
            faults[finding["check"], finding["change"]].append(finding)
    return list(faults.values())


def _headline(counts: Mapping[str, int]) -> str:
    fails, warnings = counts["fail"], counts["warn"]
    failing = f"{fails} {'thing fails' if fails == 1 else 'things fail'}" if fails else ""
    return ", ".join(filter(None, [failing, f"{warnings} to look at" if warnings else ""])) or "It would work today"


def _matrix(facts: Facts) -> list[dict[str, Any]]:
    """A row for each part of the page; a cell for each watched name, with what the two share."""
    shared = defaultdict(list)
    for item in facts["shared"]:
        shared[item["part"], item["watched"]].append(item)
    return [{"part": part, "cells": [shared[part, name] for name in facts["watched"]]} for part in facts["parts"]]


@on_page
def drills(request: HttpRequest, page: Page) -> HttpResponse:
    newest = list(page.reports.filter(kind=reports.DRILL)[:SHOWN_DRILLS])
    last, before = newest[0] if newest else None, newest[1:]
    steps = _steps(last.facts, [report.facts for report in before]) if last else []
    marks = [Marks(step["seconds"] if step["status"] == "done" else None, step["past"], step["goal"]) for step in steps]
    bars, ticks = plot(marks)
    lines = list(zip(steps, bars, strict=True))
    return show(request, "drills.html", page, last=last, lines=lines, ticks=ticks, before=before)


_RESULTS = {
    "done": ("ok", "Done"),
    "late": ("slow", "Done, late"),
    "failed": ("down", "Failed"),
    "skipped": ("work", "Not rehearsed"),
}


def _steps(facts: Facts, before: Sequence[Facts]) -> list[dict[str, Any]]:
    """The last drill's steps, each with how long it took in the drills before."""
    return [
        _step(step, [past for drill in before for past in drill["steps"] if past["name"] == step["name"]])
        for step in facts["steps"]
    ]


def _step(step: Facts, before: Sequence[Facts]) -> dict[str, Any]:
    took = step["seconds"] if step["status"] == "done" else None
    past = [step["seconds"] for step in before if step["status"] == "done"]
    usual = sorted(past)[len(past) // 2] if past else None
    tone, word = _RESULTS["late" if took is not None and took > step["goal"] else step["status"]]
    return {**step, "tone": tone, "word": word, "took": _seconds(took), "usual": _seconds(usual), "past": past}


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} s" if value < 1 else f"{value:.1f} s"


def healthz(request: HttpRequest) -> HttpResponse:
    """For supervisors: 200 while the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("the database does not answer\n", "text/plain", 503)
    return HttpResponse("ok\n", "text/plain")
