"""Who may enter, and what every view begins and ends with."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.db import OperationalError, transaction
from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from lightship.config import Config, ConfigError, PageConfig
from lightship.core.model import HostLink, Snapshot
from lightship.desk.auth import session
from lightship.desk.forms.edit import EditForm
from lightship.desk.unsent import keep, take_back
from lightship.store import reconcile
from lightship.store.journal import JournalError
from lightship.store.models import Page
from lightship.store.read import snapshot
from lightship.store.reconcile import Elsewhere

BUSY = "The desk's database did not answer, so nothing was posted. Your text is still here: try again in a moment."
View = Callable[..., HttpResponse]
Row = TypeVar("Row", bound=Model)


def staff(view: View) -> View:
    """Only who has signed in. A form sent without a session is kept until its author is back."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **more)
        if request.headers.get("HX-Request"):
            return render(request, "desk/bits/signed_out.html")
        if request.method == "POST":
            return session.ask(request, keep(request))
        return redirect(f"{session.address()}?{urlencode({'next': request.get_full_path()})}")

    return guarded


def author(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def config() -> Config:
    found: Config = settings.LIGHTSHIP  # type: ignore[misc]
    return found


def page_config(page: Page) -> PageConfig | None:
    """None for a page that lightship.toml no longer names: it is published nowhere."""
    try:
        return config().page(page.slug)
    except ConfigError:
        return None


def page_of(slug: str) -> Page:
    """The page, and its zone as the one in which this request reads and shows times."""
    page = get_object_or_404(Page, slug=slug)
    timezone.activate(ZoneInfo(page.time_zone))
    return page


def shot(page: Page) -> Snapshot:
    """The page as its readers have it, now."""
    found = page_config(page)
    links = [HostLink(host.name, host.url) for host in found.hosts] if found else []
    return snapshot.take(page, found.url if found else "", links, timezone.now())


def typed(request: HttpRequest) -> tuple[QueryDict | None, bool]:
    """The fields to fill a form with, and whether they come from before a sign-in and were never posted."""
    if request.method == "POST":
        return request.POST, False
    kept = take_back(request)
    return kept, kept is not None


def attempt(form: BaseForm, action: Callable[[], object]) -> bool:
    """Do it, or let the form say why not."""
    try:
        action()
    except JournalError as error:
        form.add_error(None, str(error))
    except OperationalError:
        form.add_error(None, BUSY)
    return not form.errors


def if_unchanged(
    page: Page, form: EditForm, row: Row, shown: Callable[[Row], Mapping[str, Any]], action: Callable[[], object]
) -> object:
    """Do it only while the form shows what is saved (`shown`: of a row). Raises Changed.

    The page's row is locked first, as every action locks it, so that nobody saves between the look and the action.
    """
    with transaction.atomic():
        Page.objects.select_for_update().get(pk=page.pk)
        row.refresh_from_db()
        form.compare(shown(row))
        return action()


def said(request: HttpRequest, words: str, to: str, *args: Any, draft: str = "", tone: str = "ok") -> HttpResponseRedirect:
    """Go on, and tell there what was done. `draft`: the draft that is no longer needed."""
    request.session["flash"] = {"words": words, "draft": draft, "tone": tone}
    return redirect(to, *args)


def show(request: HttpRequest, template: str, page: Page | None, values: Mapping[str, Any], status: int = 200) -> HttpResponse:
    other = elsewhere_of(page) if page else None
    return render(request, f"desk/{template}", {"page": page, "elsewhere": other, **values}, status=status)


def elsewhere_of(page: Page) -> Elsewhere | None:
    """Another desk that hosts have heard and this one has not."""
    configured = page_config(page)
    return reconcile.elsewhere(page, configured) if configured else None
