"""The clock of the first word beside the writer's form: what is said to be wrong, who reports what, and by when to speak."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from lightship.core.duty import first_word
from lightship.core.duty.first_word import CustomerReport, Tally
from lightship.core.duty.policy import Policy
from lightship.core.rules import Refused
from lightship.desk import labels
from lightship.desk.forms.front_line import CloseForm
from lightship.desk.views.base import author, done, on_page
from lightship.store.duty import alerts, front_line
from lightship.store.models import Alert, Page


def first_word_now(page: Page, now: datetime) -> dict[str, Any]:
    """What the part shows. `waiting`: the alerts, the first word of the oldest due first."""
    policy, tally = Policy.of(page.policy), front_line.recent(page, now)
    waiting = [_alert(alert, policy, now) for alert in alerts.open_alerts(page)]
    names = front_line.sender_names(page) if tally.quotes else {}
    return {
        "page": page,
        "waiting": waiting,
        "customers": tally.customers,
        "report_summary": front_line.summary(page, tally) if tally.customers else "",
        "components": _components(page, tally),
        "quotes": [_quote(quote, names) for quote in tally.quotes],
        "open_url": reverse("open", args=(page.slug,)) + _query(tally),
        "minutes": policy.first_word,
        "covered": bool(tally.components) and front_line.opened(page).components >= tally.components.keys(),
    }


def _alert(alert: Alert, policy: Policy, now: datetime) -> dict[str, Any]:
    due = first_word.due(alert.at, policy)
    return {"row": alert, "due": due, "late": due <= now}


def _components(page: Page, tally: Tally) -> list[tuple[str, int]]:
    names = dict(page.components.values_list("pk", "name"))
    counts = sorted(tally.components.items(), key=lambda pair: -pair[1])
    return [(names[pk], count) for pk, count in counts if pk in names]


def _quote(report: CustomerReport, names: dict[str, str]) -> dict[str, Any]:
    return {"text": report.text, "at": report.at, "customer": report.customer, "sender": names.get(report.sender, "")}


def _query(tally: Tally) -> str:
    """The components that customers report, ticked in the form."""
    return f"?{urlencode([('c', pk) for pk in tally.components])}" if tally.components else ""


@on_page
def part(request: HttpRequest, page: Page) -> HttpResponse:
    return render(request, "desk/bits/first_word.html", first_word_now(page, timezone.now()))


@on_page
def start(request: HttpRequest, page: Page) -> HttpResponse:
    """A person says that something is wrong, before they can say what."""
    if request.method == "POST":
        summary = f"{labels.person(author(request))} says that something is wrong"
        alert = alerts.start(page, "person", summary, timezone.now(), by=author(request))
        due = first_word.due(alert.at, Policy.of(page.policy))
        return done(
            request, f"The clock runs: the first word is due by {timezone.localtime(due):%H:%M}.", "page", page, tone="slow"
        )
    return redirect("page", page.slug)


@on_page
def close(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    alert = get_object_or_404(Alert, page=page, pk=id)
    form = CloseForm(request.POST)
    try:
        alerts.close(alert, form.data.get("reason", "") if form.is_valid() else "", author(request), timezone.now())
    except Refused as error:
        return done(request, str(error), "page", page, tone="down")
    return done(request, "The alert is closed. Who is next on duty reads why.", "page", page)
