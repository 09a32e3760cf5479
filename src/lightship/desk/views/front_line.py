"""The front-line button: support says what customers report, and reads what is open and what may be said. By an account, or by
a link that needs none."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from lightship.core.duty.policy import Policy
from lightship.core.history import gravest
from lightship.core.kit import kit
from lightship.core.model import Incident, Snapshot
from lightship.core.roles import Act, may
from lightship.core.status import is_current
from lightship.desk.access import role_of
from lightship.desk.forms.front_line import LinkForm, ReportForm
from lightship.desk.views.base import author, config, done, flash, on_page, show, snapshot_of, staff
from lightship.desk.views.timeline import summary
from lightship.store.access import throttle
from lightship.store.duty import alerts, front_line
from lightship.store.journal import JournalError
from lightship.store.models import CustomerReport, FrontLineLink, Page

SLOW_DOWN = (
    "Too many reports came from here, so this one is not noted. Nothing else is lost: the duty writer sees those before it, "
    "and that there are many. Try again in {} min."
)
MADE = "made_link"
"""In the session: the address of the link that was just made, shown once."""


@csrf_exempt  # the address is the right to report, no cookie; a stranger's page does not know it
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    link = front_line.link_of(token)
    if link is None:
        raise Http404
    timezone.activate(ZoneInfo(link.page.time_zone))
    response = _button(request, link.page, {"link": link}, f"link:{link.pk}")
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@on_page
def by_account(request: HttpRequest, page: Page) -> HttpResponse:
    return _button(request, page, {"by": author(request)}, f"reports:{author(request).pk}")


@staff
def pages(request: HttpRequest) -> HttpResponse:
    """Where an account of the front line begins."""
    pages = list(Page.objects.all())
    if len(pages) == 1:
        return redirect("front-line", pages[0].slug)
    return render(request, "desk/front_line_pages.html", {"pages": pages})


def _button(request: HttpRequest, page: Page, sender: Mapping[str, Any], key: str) -> HttpResponse:
    now, snapshot, code = timezone.now(), snapshot_of(page), 200
    form = ReportForm(request.POST if request.method == "POST" else None, snapshot=snapshot)
    if request.method == "POST":
        who = {"link": key, "reporter": f"reporter:{throttle.address(request)}"}
        waiting = throttle.take(who, now, known=False)
        if waiting:
            form.add_error(None, SLOW_DOWN.format(int(waiting.total_seconds() // 60) + 1))
        elif form.is_valid() and (row := _noted(page, form, sender)):
            return redirect(f"{request.path}?noted={row.pk}")
        code = 429 if waiting else 422
    reported = front_line.reported(page, now)
    current = [incident for incident in snapshot.open if is_current(incident)]
    values = {
        "form": form,
        "noted": _mine(request, page, sender),
        "chips": _counted(form, reported.components),
        "reported": reported,
        "alert": alerts.open_alerts(page).filter(practice=False).first(),
        "incidents": [_line(incident, snapshot, Policy.of(page.policy)) for incident in gravest(current)],
        "link": sender.get("link"),
        "writes": may(role_of(request.user), Act.WRITE),
    }
    return render(request, "desk/front_line.html", {"page": page, **values}, status=code)


def _noted(page: Page, form: ReportForm, sender: Mapping[str, Any]) -> CustomerReport | None:
    data = dict(form.cleaned_data)
    try:
        return front_line.report(page, timezone.now(), id=data.pop("once"), **data, **sender)
    except JournalError as error:
        form.add_error(None, str(error))
        return None


def _mine(request: HttpRequest, page: Page, sender: Mapping[str, Any]) -> CustomerReport | None:
    """The report that was just noted, if it came from here."""
    return CustomerReport.objects.filter(page=page, pk=request.GET.get("noted", "").replace("\0", ""), **sender).first()


def _counted(form: ReportForm, counts: Mapping[str, int]) -> list[tuple[str, list[tuple[Any, int]]]]:
    """Each chip with how many customers reported that component within the hour."""
    return [(part["name"], [(box, counts.get(str(box.data["value"]), 0)) for box, _ in part["boxes"]]) for part in form.chips()]


def _line(incident: Incident, snapshot: Snapshot, policy: Policy) -> dict[str, Any]:
    latest = incident.updates[-1]
    return {**summary(incident, snapshot.at), "latest": latest, "sayable": kit(snapshot, incident, snapshot.at, policy).phone}


@on_page
def links(request: HttpRequest, page: Page) -> HttpResponse:
    """For writers: make links, revoke them, and see what came by each."""
    now, form = timezone.now(), LinkForm(request.POST if "name" in request.POST else None)
    revoked = page.front_line_links.filter(pk=request.POST.get("revoke", "").replace("\0", "")).first()
    if revoked:
        front_line.revoke(revoked, now)
        return done(request, f"The link {revoked.name} opens nothing any more.", "front-line-links", page)
    if form.is_valid():
        _, token = front_line.make_link(page, form.cleaned_data["name"], author(request), now)
        request.session[MADE] = config().desk.url.rstrip("/") + reverse("report", args=(token,))
        flash(request, "The link is made. Copy it now: it is shown this once.")
        return redirect("front-line-links", page.slug)
    values = {
        "form": form,
        "made": request.session.pop(MADE, ""),
        "links": [_link(link) for link in page.front_line_links.select_related("created_by")],
        "latest": page.customer_reports.select_related("link", "by")[:20],
    }
    return show(request, "front_line_links.html", page, 422 if form.errors else 200, **values)


def _link(link: FrontLineLink) -> dict[str, Any]:
    last = link.reports.first()
    return {"row": link, "count": link.reports.count(), "last": last.at if last else None}
