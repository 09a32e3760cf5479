"""Accounts of staff: who may do what, who gets in, and by which link at first."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from lightship.core.roles import Role
from lightship.desk.access import role_of
from lightship.desk.forms.front_line import ROLES, StaffForm
from lightship.desk.session import sign_in_link
from lightship.desk.views.base import author, config, flash, show, staff
from lightship.store.models import Staffer

MADE = "made_sign_in_link"
OWN = "This is your own account: ask a colleague, so that nobody locks themselves out."
OPERATOR = "This is an operator's account: only another operator changes it."


@staff
def staffers(request: HttpRequest) -> HttpResponse:
    form = StaffForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        data = form.cleaned_data
        with transaction.atomic():
            user = User.objects.create_user(data["username"], data["email"], None, first_name=data["first_name"])
            Staffer.objects.create(user=user, role=data["role"])
        return _with_link(request, user, f"{user.username} has an account.")
    lines = [_line(user, author(request)) for user in User.objects.order_by("-is_active", "username")]
    values = {"form": form, "lines": lines, "made": request.session.pop(MADE, None), "roles": ROLES}
    return show(request, "staff.html", None, 422 if form.errors else 200, **values)


@staff
def staffer(request: HttpRequest, pk: int) -> HttpResponse:
    """One button of one account's line."""
    user, by = get_object_or_404(User, pk=pk), author(request)
    if request.method != "POST":
        return redirect("staff")
    refused = OWN if user == by else OPERATOR if user.is_superuser and not by.is_superuser else ""
    if refused:
        flash(request, refused, tone="down")
        return redirect("staff")
    if request.POST.get("do") == "link" and user.is_active:
        return _with_link(request, user, f"A new link for {user.username}.")
    flash(request, _changed(user, request.POST.get("do", ""), request.POST.get("role", "")))
    return redirect("staff")


def _changed(user: User, do: str, role: str) -> str:
    """What was done; each is so at once, in sessions that are open too."""
    if do in ("deactivate", "activate"):
        User.objects.filter(pk=user.pk).update(is_active=do == "activate")
        return f"{user.username} {'may sign in again' if do == 'activate' else 'is signed out, and cannot sign in'}."
    if role in list(Role):
        Staffer.objects.update_or_create(user=user, defaults={"role": role})
        return f"{user.username}: {dict(ROLES)[role].lower()} from now on."
    return "Nothing was changed."


def _with_link(request: HttpRequest, user: User, message: str) -> HttpResponse:
    request.session[MADE] = {"name": user.username, "url": sign_in_link(user, config().desk.url)}
    flash(request, message)
    return redirect("staff")


def _line(user: User, by: User) -> dict[str, Any]:
    return {
        "user": user,
        "role": role_of(user).value,
        "own": user == by,
        "fixed": user == by or (user.is_superuser and not by.is_superuser),
        "last": user.last_login,
    }
