"""How long a reader waits for the current page, by the fault of the host behind the name: a returning reader, and a
first-time one. Real Chromium, nginx with TLS and BIND, each in a network of its own; needs root.

python -m bench readers [--quick]; LIGHTSHIP_ROUNDS=20 for as many runs of each fault
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Playwright, sync_playwright
from tests.kills import rounds
from tests.page.lab import FAULTS, Town, lab

GOAL = 3.0
PATIENCE = 10.0
"""Seconds after which a reader counts as never having got the page."""
CONTROLLED = "new Promise(done => { const s = navigator.serviceWorker; s.controller ? done() : s.oncontrollerchange = done })"


def main() -> None:
    if os.geteuid() != 0:
        print("needs root: it makes network namespaces")
        return
    quick = "--quick" in sys.argv
    runs = rounds(2 if quick else 10)
    print(f"seconds until the current page is read, {runs} runs each (a first-time reader: {min(runs, 3)}); goal {GOAL:.0f} s")
    print(f"{'the host is':22} {'returning: median':>18} {'worst':>6}   {'first time: median':>18} {'worst':>6}")
    with tempfile.TemporaryDirectory() as home, lab(Path(home)) as town, sync_playwright() as play:
        for fault in ("well", *FAULTS):
            returning, first = measured(town, play, fault, runs)
            print(f"{fault:22} {_summary(returning)}   {_summary(first)}", flush=True)


def measured(town: Town, play: Playwright, fault: str, runs: int) -> tuple[list[float], list[float]]:
    town.repair()
    profile = fault.replace(" ", "-")
    with town.browser(play, profile) as dave:
        tab = dave.new_page()
        tab.goto(town.url)
        tab.evaluate(CONTROLLED)
    if fault != "well":
        town.befall(fault)
    living = (town.vienna, town.oslo) if fault == "well" else (town.oslo,)
    returning = [_once(town, play, profile, town.speak(*living)) for _ in range(runs)]
    first = [_once(town, play, "", town.speak(*living)) for _ in range(min(runs, 3))]
    return returning, first


def _once(town: Town, play: Playwright, profile: str, headline: str) -> float:
    with town.browser(play, profile) as reader:
        return waited(reader, town.url, headline)


def waited(reader: BrowserContext, url: str, headline: str) -> float:
    """Seconds from going there until that headline is read; infinite if it never is."""
    tab = reader.new_page()
    began = time.monotonic()
    try:
        tab.goto(url, timeout=PATIENCE * 1000, wait_until="commit")
        left = PATIENCE - (time.monotonic() - began)
        tab.get_by_role("heading", name=headline, level=1).wait_for(timeout=max(left, 0.1) * 1000)
    except Error:
        return float("inf")
    return time.monotonic() - began


def _summary(seconds: Sequence[float]) -> str:
    """Median and worst, in the columns of the headings."""
    median, worst = ("never" if wait == float("inf") else f"{wait:.2f}" for wait in (statistics.median(seconds), max(seconds)))
    return f"{median:>18} {worst:>6}"


if __name__ == "__main__":
    main()
