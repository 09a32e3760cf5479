"""Who must speak: the roster with its changes, and the duty that one hands to another."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path
from django.utils import timezone

from lightship.core.duty.roster import AHEAD, Duty
from lightship.core.rules import Refused, time_zones
from lightship.desk.forms.duty import FeedForm, HoursForm, OverrideForm, RotationForm, SwapForm
from lightship.desk.labels import DUTY, person
from lightship.desk.views import duty_lines
from lightship.desk.views.base import answer, author, done, on_page, show, typed
from lightship.store.duty import changes, feeds, handover, roster
from lightship.store.models import Feed, HandOver, Override, Page, Rotation

UNSAID = "?"
"""Of whom a calendar names: nobody has said yet who it is."""


@on_page
def duty(request: HttpRequest, page: Page) -> HttpResponse:
    """The roster; a post is a tap that gives, takes or passes on a duty."""
    now, by = timezone.now(), author(request)
    if request.method == "POST":
        try:
            return done(request, _tap(page, by, request.POST, now), _back(request), page)
        except Refused as refused:
            return done(request, str(refused), _back(request), page, tone="slow")
    values = {**duty_lines.overview(page, now), **duty_lines.card(page, by, now)}
    return show(request, "duty.html", page, **values, staffed=page.staffed)


@on_page
def duty_card(request: HttpRequest, page: Page) -> HttpResponse:
    """What is kept fresh: who holds the clock, and what waits."""
    card = duty_lines.card(page, author(request), timezone.now())
    return render(request, "desk/bits/duty_card.html", {**card, "to": request.GET.get("to", "")})


def _back(request: HttpRequest) -> str:
    return "page" if request.POST.get("to") == "page" else "duty"


def _tap(page: Page, by: User, data: Any, now: datetime) -> str:
    """What was done, in words."""
    doing, about = data.get("do", ""), changes.duty_of(data.get("duty", Duty.WRITER))
    if doing == "speak":
        handover.speak_now(page, by, now, about)
        return f"You are the {DUTY[about].lower()} now, and hold the clock."
    if doing == "pass":
        taker = User.objects.filter(pk=data.get("person") or 0, is_active=True).first() if _is_number(data) else None
        if taker is None:
            raise Refused("Choose to whom you pass it on.")
        handover.pass_on(page, taker, by, now, about)
        return f"{person(taker)} is asked. Until it is accepted, the clock stays with you."
    if doing in ("give", "take"):
        act: Callable[..., HandOver] = handover.hand_over if doing == "give" else handover.take_over
        return _confirmed(act(page, about, by, now), by)
    if doing == "decline":
        handover.decline(get_object_or_404(HandOver, page=page, pk=data.get("id", "").replace("\0", "")), by, now)
        return "Declined. The clock stays where it was."
    raise Refused("Nothing was done: press one of the buttons.")


def _is_number(data: Any) -> bool:
    return str(data.get("person", "")).isdecimal()


def _confirmed(row: HandOver, by: User) -> str:
    if row.at:
        return "You hold the clock now." if row.taker == by else f"{person(row.taker)} holds the clock now."
    other = row.giver if row.taker == by else row.taker
    holder = "you" if row.giver == by else person(row.giver)
    return f"Confirmed. The clock stays with {holder} until {person(other)} confirms it too."


@on_page
def rotation(request: HttpRequest, page: Page, id: str = "") -> HttpResponse:
    """Make a rotation, or put another in its place; or end it."""
    row, now = get_object_or_404(Rotation, page=page, pk=id, ended_at=None) if id else None, timezone.now()
    if row and request.POST.get("do") == "end":
        return _end(request, page, row, "The rotation is ended.")
    form = RotationForm(typed(request), page=page, row=row, now=now)
    return _form(request, page, form, "duty_rotation.html", "The roster has changed.")


@on_page
def override(request: HttpRequest, page: Page) -> HttpResponse:
    return _form(request, page, OverrideForm(typed(request)), "duty_override.html", "The roster has changed.")


@on_page
def swap(request: HttpRequest, page: Page) -> HttpResponse:
    now, names = timezone.now(), duty_lines.names_here()
    shifts = roster.shifts(page, now, now + AHEAD)
    form = SwapForm(typed(request), shifts=shifts, names=names)
    return _form(request, page, form, "duty_swap.html", "The two have changed shifts.", none=not shifts)


@on_page
def take_back(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    row = get_object_or_404(Override, page=page, pk=id)
    if request.method != "POST":
        return done(request, "Nothing was done.", "duty", page)
    return _end(request, page, row, "It is as the roster says again.")


@on_page
def hours(request: HttpRequest, page: Page) -> HttpResponse:
    return _form(request, page, HoursForm(typed(request), page=page), "duty_hours.html", "Saved.")


@on_page
def calendar(request: HttpRequest, page: Page) -> HttpResponse:
    """Take in a calendar made elsewhere."""
    form = FeedForm(typed(request), request.FILES or None)
    return _form(request, page, form, "duty_calendar.html", "The calendar is read. See below whom it names.")


@on_page
def feed(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    """One calendar: whom it names, and who that is here."""
    row = get_object_or_404(Feed, page=page, pk=id, ended_at=None)
    doing, now = request.POST.get("do"), timezone.now()
    if request.method == "POST" and doing == "end":
        return _end(request, page, row, "The calendar is no longer used.")
    if request.method == "POST" and doing == "read":
        problem = feeds.refresh(row, feeds.reader(), now)
        return done(request, problem or "Read again.", "duty-feed", page, row.pk, tone="down" if problem else "ok")
    if request.method == "POST":
        try:
            for person_ in feeds.persons(row):
                chosen = request.POST.get(f"who:{person_.name}", UNSAID)
                if chosen != UNSAID and (chosen != person_.account or not chosen):
                    feeds.map_person(row, person_.name, chosen)
        except Refused as refused:
            return done(request, str(refused), "duty-feed", page, row.pk, tone="down")
        return done(request, "Saved.", "duty", page)
    accounts = [(str(user.pk), person(user)) for user in roster.writers()]
    line = duty_lines.feed_line(row, now)
    return show(request, "duty_feed.html", page, feed=row, accounts=accounts, count=len(row.shifts), **line)


def _form(request: HttpRequest, page: Page, form: Any, template: str, message: str, **values: Any) -> HttpResponse:
    return answer(request, page, form, template, message, to="duty", zones=time_zones(), **values)


def _end(request: HttpRequest, page: Page, row: Any, message: str) -> HttpResponse:
    try:
        (changes.take_back if isinstance(row, Override) else changes.end)(row, author(request), timezone.now())
    except Refused as refused:
        return done(request, str(refused), "duty", page, tone="slow")
    return done(request, message, "duty", page)


_AT = "p/<slug:slug>/duty/"
ADDRESSES: list[URLPattern] = [
    path(_AT, duty, name="duty"),
    path(f"{_AT}now/", duty_card, name="duty-card"),
    path(f"{_AT}rotations/", rotation, name="duty-rotation"),
    path(f"{_AT}rotations/<slug:id>/", rotation, name="duty-rotation"),
    path(f"{_AT}override/", override, name="duty-override"),
    path(f"{_AT}override/<slug:id>/", take_back, name="duty-take-back"),
    path(f"{_AT}swap/", swap, name="duty-swap"),
    path(f"{_AT}hours/", hours, name="duty-hours"),
    path(f"{_AT}calendars/", calendar, name="duty-calendar"),
    path(f"{_AT}calendars/<slug:id>/", feed, name="duty-feed"),
]
