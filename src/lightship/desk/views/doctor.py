"""Would it work today? The last examination, and what goes down together; the drills, and how long each step took."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from lightship.desk import host_status
from lightship.desk.plot import Past, plot
from lightship.desk.views.base import author, page_config, page_of, said, show, staff
from lightship.doctor import GROUPS
from lightship.store import reports as examined

TONES = {"fail": "down", "warn": "slow", "unchecked": "work", "ok": "ok"}
HEADINGS = (("fail", "Fails"), ("warn", "To look at"))
SHOWN_DRILLS = 12


@staff
def doctor(request: HttpRequest, slug: str) -> HttpResponse:
    page, now = page_of(slug), timezone.now()
    configured = page_config(page) is not None
    working = host_status.is_working(page, now)
    if request.method == "POST" and configured:
        if not working:
            return said(request, NO_WORKER, "doctor", page.slug, tone="down")
        if not examined.ask(page, author(request), now):
            what = "An examination is under way, or was made within the last minute: look at that one."
            return said(request, what, "doctor", page.slug, tone="slow")
        return redirect("doctor", page.slug)
    last = examined.newest(page, examined.DOCTOR)
    waiting = {"under_way": examined.under_way(page, now), "working": working, "no_worker": NO_WORKER}
    values = _examination(last.facts) if last else {}
    return show(request, "doctor.html", page, {"last": last, "configured": configured, **waiting, **values})


NO_WORKER = "No worker is alive, so nobody examines anything: start one. Meanwhile `lightship doctor` in a terminal does it."


def _examination(facts: Mapping[str, Any]) -> dict[str, Any]:
    findings = [_finding(each) for each in facts["findings"]]
    sections = [{"heading": heading, "faults": _by_check(findings, verdict)} for verdict, heading in HEADINGS]
    return {
        "words": _words(facts["counts"]),
        "tone": next((TONES[verdict] for verdict in ("fail", "warn") if facts["counts"][verdict]), "ok"),
        "sections": [section for section in sections if section["faults"]],
        "unchecked": _by_check(findings, "unchecked"),
        "well": _grouped([each for each in findings if each["verdict"] == "ok"]),
        "well_count": facts["counts"]["ok"],
        "watched": facts["watched"],
        "rows": _matrix(facts),
        "source": facts["source"],
    }


def _finding(each: Mapping[str, Any]) -> dict[str, Any]:
    return {**each, "tone": TONES[each["verdict"]], "group": each["check"].split(".")[0]}


def _by_check(findings: Sequence[Mapping[str, Any]], verdict: str) -> list[list[Mapping[str, Any]]]:
    """One fault however many it was found at; what to change is told apart where it differs."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for each in findings:
        if each["verdict"] == verdict:
            found.setdefault((each["check"], each["change"]), []).append(each)
    return list(found.values())


def _words(counts: Mapping[str, int]) -> str:
    fails, warnings = counts["fail"], counts["warn"]
    if not fails and not warnings:
        return "It would work today"
    told = [f"{fails} {'thing fails' if fails == 1 else 'things fail'}"] if fails else []
    told += [f"{warnings} to look at"] if warnings else []
    return ", ".join(told)


def _grouped(findings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    groups = [{"name": name, "findings": [f for f in findings if f["group"] == group]} for group, name in GROUPS.items()]
    return [group for group in groups if group["findings"]]


def _matrix(facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row for each part of the page; a cell for each watched name, with what the two share."""
    held: dict[tuple[str, str], list[Mapping[str, str]]] = {}
    for item in facts["shared"]:
        held.setdefault((item["part"], item["watched"]), []).append(item)
    return [{"part": part, "cells": [held.get((part, name), []) for name in facts["watched"]]} for part in facts["parts"]]


@staff
def drills(request: HttpRequest, slug: str) -> HttpResponse:
    page = page_of(slug)
    reports = list(page.reports.filter(kind=examined.DRILL)[:SHOWN_DRILLS])
    last = reports[0] if reports else None
    steps = _steps(last.facts, [report.facts for report in reports[1:]]) if last else []
    drawn = plot([Past(each["seconds"] if each["took"] else None, each["past"], each["goal"]) for each in steps])
    lines = list(zip(steps, drawn.bars, strict=True))
    return show(request, "drills.html", page, {"last": last, "lines": lines, "ticks": drawn.ticks, "before": reports[1:]})


_DONE = {"done": ("ok", "Done"), "failed": ("down", "Failed"), "skipped": ("work", "Not rehearsed")}


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} s" if value < 1 else f"{value:.1f} s"


def _became(step: Mapping[str, Any]) -> dict[str, Any]:
    took = step["status"] == "done"
    tone, word = ("slow", "Done, late") if took and step["seconds"] > step["goal"] else _DONE[step["status"]]
    return {"tone": tone, "word": word, "took": took}


def _steps(facts: Mapping[str, Any], before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The last drill's steps, each with how long it took in the drills before."""
    past = [{step["name"]: step for step in each["steps"]} for each in before]
    found = []
    for step in facts["steps"]:
        took = [each[step["name"]]["seconds"] for each in past if each.get(step["name"], {}).get("status") == "done"]
        usual = sorted(took)[len(took) // 2] if took else None
        words = {"took_words": _seconds(step["seconds"] if step["status"] == "done" else None), "usual_words": _seconds(usual)}
        found.append({**step, **_became(step), **words, "past": took})
    return found
