"""Another desk posted while this one was away: every view says so, and one button takes in its updates."""

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from lightship.desk.views.base import BUSY, author, done, heard_elsewhere, on_page, page_config
from lightship.page.labels import counted
from lightship.store import reconcile
from lightship.store.journal import JournalError
from lightship.store.models import Page
from lightship.store.reconcile import Reconciled


@on_page
def notice(request: HttpRequest, page: Page) -> HttpResponse:
    return render(request, "desk/bits/other_desk.html", {"page": page, "other_desk": heard_elsewhere(page)})


@on_page
def take_in(request: HttpRequest, page: Page) -> HttpResponse:
    configured = page_config(page)
    if request.method != "POST" or configured is None:
        return redirect("page", page.slug)
    try:
        result = reconcile.take_in(page, configured, author(request), timezone.now())
    except JournalError as error:
        return done(request, str(error), "page", page, tone="down")
    except OperationalError:
        return done(request, BUSY, "page", page, tone="down")
    return done(request, _message(result), "page", page, tone="ok" if result.hosts else "slow")


def _message(result: Reconciled) -> str:
    unread = "; ".join(result.troubles)
    if not result.hosts:
        return f"There was nothing to take in ({unread})." if unread else "There was nothing to take in."
    new = f"{counted(result.incidents, 'new incident')}, {counted(result.updates, 'update')}"
    rest = f" Not read: {unread}." if unread else ""
    return f"Taken in from {', '.join(result.hosts)}: {new}. All of it is on its way to every host.{rest}"
