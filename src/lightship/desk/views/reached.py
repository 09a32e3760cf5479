"""How you are reached: your contacts, a nudge to try them, and which of your colleagues nobody would reach."""

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from lightship.core.duty.nudges import TOGETHER
from lightship.desk import labels
from lightship.desk.forms.reached import ContactForm, NameForm
from lightship.desk.views.base import author, config, flash, show, staff
from lightship.store import receipts
from lightship.store.duty import contacts, nudges
from lightship.store.models import Contact, Nudge, Page

TEST = "test"
NO_PAGE = "There is no page yet, and a nudge is about a page: make one first."
NO_WORKER = "No worker is alive, so nobody is nudged about anything: start one with `lightship worker`."


@staff
def reached(request: HttpRequest) -> HttpResponse:
    user, action = author(request), request.POST.get("do", "")
    add = ContactForm(request.POST if action == "add" else None, config=config(), user=user)
    name = NameForm(request.POST if action == "name" else None, user=user)
    if request.method == "POST":
        if action in _ACTIONS:
            _ACTIONS[action](request, user)
            return redirect("reached")
        for form, message in ((add, "Added. Send yourself a nudge to see that it arrives."), (name, "Saved.")):
            if form.is_bound and form.is_valid():
                form.save()
                flash(request, message)
                return redirect("reached")
    wrong = add.is_bound or name.is_bound
    return show(request, "reached.html", None, 422 if wrong else 200, add=add, name=name, **_values(user))


def _values(user: User) -> dict[str, Any]:
    last = Nudge.objects.filter(person=user, kind=TEST).order_by("-at").first()
    everyone = User.objects.filter(is_active=True).order_by("first_name", "username")
    return {
        "contacts": [_line(contact) for contact in Contact.objects.filter(user=user)],
        "fallback": contacts.ways(config(), user) if not Contact.objects.filter(user=user).exists() else [],
        "unreachable": contacts.unreachable(config(), user),
        "channels": bool(config().channels),
        "last": last,
        "everyone": [_staffer(colleague) for colleague in everyone],
    }


def _line(contact: Contact) -> dict[str, Any]:
    """A contact, its address without what may be a secret in it, and what is wrong with it."""
    channel = next((channel for channel in config().channels if channel.name == contact.channel), None)
    wrong = "" if channel else f"lightship.toml has no channel {contact.channel} any more: remove this, or have it added."
    if channel:
        try:
            contacts.check(channel, contact.address)
        except ValueError as error:
            wrong = str(error)
    scheme, secret, rest = contact.address.partition("://")
    address = f"{scheme}{secret}…{rest[-4:]}" if secret else contact.address
    return {"id": contact.pk, "channel": contact.channel, "address": address, "wrong": wrong}


def _staffer(user: User) -> dict[str, Any]:
    reason = contacts.unreachable(config(), user)
    names = list(dict.fromkeys(way.channel.name for way in contacts.ways(config(), user)))
    return {"who": labels.person(user), "reason": reason, "by": ", then ".join(names)}


def _remove(request: HttpRequest, user: User) -> None:
    Contact.objects.filter(user=user, pk=_number(request)).delete()
    flash(request, "Removed.")


def _first(request: HttpRequest, user: User) -> None:
    """Make it the first one that is tried."""
    wanted, own = _number(request), list(Contact.objects.filter(user=user))
    for position, contact in enumerate(sorted(own, key=lambda contact: contact.pk != wanted), 1):
        Contact.objects.filter(pk=contact.pk).update(position=position)


def _number(request: HttpRequest) -> int:
    chosen = request.POST.get("contact", "")
    return int(chosen) if chosen.isdecimal() and len(chosen) < 18 else 0


def _test(request: HttpRequest, user: User) -> None:
    """The real thing: a worker sends it, with a link to answer it by."""
    page, now = Page.objects.first(), timezone.now()
    if page is None:
        flash(request, NO_PAGE, tone="slow")
        return
    nudges.enqueue(
        page,
        kind=TEST,
        step=TEST,
        key=f"test {now:%Y-%m-%d %H:%M}",  # a button that is tapped twice sends one
        people=[user],
        due=now + TOGETHER,
        at=now,
        subject="A nudge, to see that it reaches you",
        body="Nothing is broken: you asked for this at the desk. In earnest the link below opens the form to speak with.",
        practice=True,
    )
    if receipts.is_working(page, now):
        flash(request, "Sent. It should be there within seconds; below you see what became of it.")
    else:
        flash(request, NO_WORKER, tone="down")


_ACTIONS = {"remove": _remove, "first": _first, "test": _test}
