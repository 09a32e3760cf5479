"""Another desk spoke while this one was away: every view says so, and one button takes in what was said."""

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from lightship.desk.views.base import BUSY, author, elsewhere_of, page_config, page_of, said, staff
from lightship.store import reconcile
from lightship.store.journal import JournalError
from lightship.store.reconcile import Reconciled


@staff
def part(request: HttpRequest, slug: str) -> HttpResponse:
    page = page_of(slug)
    return render(request, "desk/bits/elsewhere.html", {"page": page, "elsewhere": elsewhere_of(page)})


@staff
def take_in(request: HttpRequest, slug: str) -> HttpResponse:
    page = page_of(slug)
    found = page_config(page)
    if request.method != "POST" or found is None:
        return redirect("page", slug)
    try:
        heard = reconcile.take_in(page, found, author(request), timezone.now())
    except JournalError as error:
        return said(request, str(error), "page", slug, tone="down")
    except OperationalError:
        return said(request, BUSY, "page", slug, tone="down")
    return said(request, _told(heard), "page", slug, tone="ok" if heard.hosts else "slow")


def _told(heard: Reconciled) -> str:
    """In words, what came in."""
    if not heard.hosts:
        why = f" ({'; '.join(heard.troubles)})" if heard.troubles else ""
        return f"There was nothing to take in{why}."
    new = f"{heard.incidents} new incidents, " if heard.incidents != 1 else "1 new incident, "
    updates = f"{heard.updates} updates" if heard.updates != 1 else "1 update"
    rest = f" Not read: {'; '.join(heard.troubles)}." if heard.troubles else ""
    return f"Taken in from {', '.join(heard.hosts)}: {new}{updates}. All of it is on its way to every host.{rest}"
