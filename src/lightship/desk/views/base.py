"""How every view begins and ends: who may enter, which page it is about, what a posted form does, and what is shown then."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.db import OperationalError, transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from lightship import page as public
from lightship.config import Config, PageConfig
from lightship.core.durations import ago
from lightship.core.model import HostLink, Snapshot
from lightship.core.rules import millisecond
from lightship.desk import session
from lightship.desk.forms import follow
from lightship.desk.forms.base import ActionForm
from lightship.desk.middleware import policy
from lightship.desk.views.timeline import update_line
from lightship.page.render import asset, hashed
from lightship.store import reconcile
from lightship.store.journal import Duplicate, JournalError, OpenAlready, Overtaken
from lightship.store.models import Incident, Page, StatusChange, Update
from lightship.store.read import rows, snapshot

BUSY = "The desk's database did not answer, so nothing was posted. Your text is still here: try again in a moment."
AWAY = "You were away, and nothing was posted. This is what you had typed: look it over, then send it again."
_OWN = ("csrfmiddlewaretoken", "go")
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
View = Callable[..., HttpResponse]


def staff(view: View) -> View:
    """For signed-in staff only. A form sent without a session is carried along until its author is back."""

    @wraps(view)
    def guarded(request: HttpRequest, **more: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, **more)
        if request.headers.get("HX-Request"):
            return render(request, "desk/bits/signed_out.html")
        if request.method == "POST":
            return session.ask(request)
        return redirect_to_login(request.get_full_path())

    return guarded


def on_page(view: View) -> View:
    """For signed-in staff; the view is about one page, and reads and shows times in its zone."""

    @wraps(view)
    def about(request: HttpRequest, slug: str, **more: Any) -> HttpResponse:
        page = get_object_or_404(Page, slug=slug)
        timezone.activate(ZoneInfo(page.time_zone))
        return view(request, page, **more)

    return staff(about)


def author(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def config() -> Config:
    config: Config = settings.LIGHTSHIP  # type: ignore[misc]
    return config


def page_config(page: Page) -> PageConfig | None:
    """None for a page that lightship.toml no longer names: it is published nowhere."""
    return config().pages.get(page.slug)


def snapshot_of(page: Page) -> Snapshot:
    """The page as its readers have it, now."""
    configured = page_config(page)
    links = [HostLink(host.name, host.url) for host in configured.hosts] if configured else []
    return snapshot.take(page, configured.url if configured else "", links, timezone.now())


def typed(request: HttpRequest) -> MultiValueDict[str, str] | None:
    """The fields to fill a form with. Of those typed before a sign-in the page says that they were never posted."""
    if request.method == "POST":
        return request.POST
    unsent = session.take_back(request)
    if unsent is not None:
        flash(request, AWAY, tone="slow")
    return unsent


@contextmanager
def refusals(form: BaseForm) -> Iterator[None]:
    """An action that is refused makes an error of the form."""
    try:
        yield
    except JournalError as error:
        form.add_error(None, str(error))
    except OperationalError:
        form.add_error(None, BUSY)


def attempt(request: HttpRequest, page: Page, form: ActionForm) -> bool:
    """Whether a valid form was posted and its action done; if it was refused, the form has the reason."""
    if request.method != "POST" or not form.is_valid():
        return False
    with refusals(form):
        form.save(page, author(request), timezone.now())
    return not form.errors


def answer(
    request: HttpRequest,
    page: Page,
    form: ActionForm,
    template: str,
    message: str,
    *,
    to: str = "incident",
    draft: str = "",
    **values: Any,
) -> HttpResponse:
    """Do the action that the form was posted for, and go on `to` a view; or preview it; or show the form."""
    values |= {"form": form, "draft": draft}
    go = request.POST.get("go", "post")
    if request.method == "POST" and go != "edit" and form.is_valid():
        with refusals(form):
            try:
                if go == "preview":
                    return _preview(request, page, form)
                now = timezone.now()
                made = form.save(page, author(request), now)
                about = [_incident_of(made)] if to == "incident" else []
                return done(request, _earlier(form, made, now) or message, to, page, *about, draft=draft)
            except Overtaken as error:
                return show(request, template, page, 409, **values, **_overtaken(page, form, error))
            except OpenAlready as error:
                return show(request, template, page, 409, **values, open_already=_asked(form, error.incidents))
            except Duplicate as error:
                form.add_error(None, str(error))
                values |= {"first": error.first, "open_already": _asked(form, [error.first])}
    refused = request.method == "POST" and form.errors
    return show(request, template, page, 422 if refused else 200, **values)


def _asked(form: ActionForm, incidents: Sequence[Incident]) -> Sequence[Incident]:
    """The incidents that what was typed may be an update of, if the form opens one. The same form, sent again by an author who
    has read which they are, opens another."""
    if "separate" not in form.fields:
        return ()
    form.data = form.data.copy()  # type: ignore[attr-defined]  # a posted form has a QueryDict
    form.data["separate"] = "on"  # type: ignore[index]
    return incidents


def _overtaken(page: Page, form: ActionForm, error: Overtaken) -> dict[str, Any]:
    """What the others posted, and what of it this form says otherwise. The same form, sent again by an author who has now read
    it, is posted."""
    differences = follow.follow(form, *form.before_and_now(snapshot_of(page)))
    form.data["seen"] = error.updates[-1].pk  # type: ignore[index]  # follow made it a copy
    lines = [update_line(update) for update in error.updates]
    named = [{**_whose(lines, error.updates, difference.name), "difference": difference} for difference in differences]
    return {"overtaken": lines, "differences": named}


def _whose(lines: Sequence[dict[str, Any]], updates: Sequence[Update], name: str) -> dict[str, Any]:
    """Of what `name` stands for: the line of the newest update that changed it; of all else, the newest line."""
    component = name.removeprefix("c-")
    changed = [pk for pk, part in _changed(updates) if part == component]
    return next((line for line in reversed(lines) if line["id"] in changed), lines[-1])


def _changed(updates: Sequence[Update]) -> Sequence[tuple[str, str]]:
    rows = StatusChange.objects.filter(update__in=[update.pk for update in updates])
    return [(str(update_id), component_id) for update_id, component_id in rows.values_list("update_id", "component_id")]


def _earlier(form: ActionForm, made: object, now: datetime) -> str:
    """What to say where the journal gave what the same author had posted already."""
    first = made.updates.order_by("created_at").first() if isinstance(made, Incident) else made
    if not form.adds or not isinstance(first, Update) or first.created_at >= millisecond(now):
        return ""
    return f"This was posted already, {ago(first.created_at, now)}: nothing was posted twice."


def _preview(request: HttpRequest, page: Page, form: ActionForm) -> HttpResponse:
    """Made by the action itself, which is then undone: so it cannot differ from what readers will see. Two pages without their
    scripts: the incident's own, which begins with the new text, and the front page. Nothing is stored, nobody is woken."""
    with transaction.atomic():
        preview = as_readers_see(page, _incident_of(form.save(page, author(request), timezone.now())))
        transaction.set_rollback(True)
    fields = [(name, value) for name, values in request.POST.lists() for value in values if name not in _OWN]
    response = show(request, "preview.html", page, preview=preview, fields=fields)
    response.headers["Content-Security-Policy"] = policy(hashed(asset("page.css")))
    return response


def as_readers_see(page: Page, incident_id: str) -> dict[str, str]:
    """The page of an incident, which begins with its newest text, and the front page, as they are in the database now. Practice
    is on no front page."""
    snapshot = snapshot_of(page)
    own = rows.incidents(Incident.objects.filter(pk=incident_id))
    leaves = public.leaf(snapshot.page, own[0], snapshot.hosts) if own else {}
    body = next((body for path, body in leaves.items() if path.endswith(".html")), b"").decode()
    return {"own": _SCRIPT.sub("", body), "front": _SCRIPT.sub("", public.index(snapshot).decode())}


def _incident_of(row: object) -> str:
    """The id of the incident that an action was about, from the row that it made or changed."""
    return str(row.incident_id if isinstance(row, Update) else getattr(row, "pk", ""))


def flash(request: HttpRequest, message: str, *, draft: str = "", tone: str = "ok") -> None:
    """The message that the next page shows. `draft`: the draft that is no longer needed."""
    request.session["flash"] = {"message": message, "draft": draft, "tone": tone}


def done(request: HttpRequest, message: str, to: str, page: Page, *args: str, **more: str) -> HttpResponseRedirect:
    """Go on to another view of the page, and say there what was done. `more`: draft and tone of the message."""
    flash(request, message, **more)
    return redirect(to, page.slug, *args)


def show(request: HttpRequest, template: str, page: Page | None, code: int = 200, **values: Any) -> HttpResponse:
    """With a word about another desk, if hosts hold updates of one that this desk does not."""
    configured = page_config(page) if page else None
    other_desk = reconcile.other_desk(page, configured) if page and configured else None
    return render(request, f"desk/{template}", {"page": page, "other_desk": other_desk, **values}, status=code)
