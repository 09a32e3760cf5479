"""Signing in and out. What was typed before is not lost on the way: the fields of a form that was not accepted (signed out,
token too old) are carried along until the form is shown again."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.http import url_has_allowed_host_and_scheme, urlsafe_base64_decode, urlsafe_base64_encode

from lightship.store.access import throttle

WRONG = "This name and password do not belong together. Check both and try again."
UNSENT_HOURS = 24
_SALT = "lightship.desk.unsent"
_LEFT_OUT = ("csrfmiddlewaretoken", "password", "old_password", "new_password1", "new_password2", "unsent")


class SignInForm(forms.Form):
    who = forms.CharField(
        label="Name or e-mail address",
        max_length=320,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label="Password", strip=False, max_length=4096, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    unsent = forms.CharField(required=False, widget=forms.HiddenInput)
    next = forms.CharField(required=False, widget=forms.HiddenInput)


class _OneTime(PasswordResetTokenGenerator):
    """Valid for one hour (PASSWORD_RESET_TIMEOUT) and one use: signing in changes `last_login`, which the token covers. To the
    microsecond, unlike Django's: a link made right after a sign-in is spent by the next one too."""

    key_salt = "lightship.desk.sign_in_link"

    def _make_hash_value(self, user: AbstractBaseUser, timestamp: int) -> str:
        last = user.last_login.isoformat() if user.last_login else ""
        return f"{user.pk}{user.password}{last}{timestamp}{user.is_active}"


def sign_in_link(user: User, base_url: str) -> str:
    """An address that signs `user` in once, within an hour. `base_url`: where the desk is reached."""
    uid = urlsafe_base64_encode(str(user.pk).encode())
    return base_url.rstrip("/") + reverse("sign-in-link", args=(uid, _OneTime().make_token(user)))


def sign_in(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        if request.user.is_authenticated:
            return redirect("home")
        return _form(request, SignInForm(initial={"next": request.GET.get("next", "")}))
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _form(request, form)
    name = _username(form.cleaned_data["who"])
    keys, pk = throttle.keys(request, name), throttle.remembered(request)
    known = bool(pk) and User.objects.filter(pk=pk, username=name).exists()
    waiting = throttle.take(keys, timezone.now(), known=known)
    if waiting:
        minutes = int(waiting.total_seconds() // 60) + 1
        form.add_error(None, f"Too many tries. Wait {minutes} min, then try again, or ask a colleague for a sign-in link.")
        return _form(request, form, status=429)
    user = authenticate(request, username=name, password=form.cleaned_data["password"])
    if not isinstance(user, User):
        form.add_error(None, WRONG)
        return _form(request, form)
    throttle.forgive(keys)
    return _enter(request, user, form.cleaned_data["unsent"], form.cleaned_data["next"])


def _username(who: str) -> str:
    """Of the one account with that e-mail address; else as typed, and the password is hashed all the same."""
    users = list(User.objects.filter(email__iexact=who.strip())[:2]) if "@" in who else []
    return users[0].username if len(users) == 1 else who.strip()


def _form(request: HttpRequest, form: SignInForm, status: int = 200, reason: str = "") -> HttpResponse:
    return render(request, "desk/sign_in.html", {"form": form, "reason": reason}, status=status)


def ask(request: HttpRequest) -> HttpResponse:
    """The sign-in form, carrying what was posted without a session."""
    reason = "You were signed out meanwhile. Nothing was posted, and nothing is lost: sign in, and your text is there."
    unsent = signing.dumps({**_typed(request), "user": throttle.remembered(request)}, salt=_SALT, compress=True)
    return _form(request, SignInForm(initial={"unsent": unsent}), 403, reason)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """The address of a form, and its fields."""
    return {"path": request.path, "fields": {name: v for name, v in request.POST.lists() if name not in _LEFT_OUT}}


def _enter(request: HttpRequest, user: User, blob: str = "", next: str = "") -> HttpResponse:
    """Sign in, and go on to the form that `blob` holds, else to `next` if it is of this desk."""
    login(request, user)
    unsent = _verified(blob, user)
    if unsent:
        request.session["unsent"] = unsent
    to = unsent["path"] if unsent else next
    safe = url_has_allowed_host_and_scheme(to, {request.get_host()}, require_https=request.is_secure())
    response = redirect(to if safe else "home")
    throttle.remember(response, user)
    return response


def _verified(blob: str, user: User) -> dict[str, Any] | None:
    """None if the signature is wrong, the blob too old, or the author another: nobody else can fill a staffer's form."""
    try:
        unsent: dict[str, Any] = signing.loads(blob, salt=_SALT, max_age=UNSENT_HOURS * 3600)
    except signing.BadSignature:
        return None
    return unsent if unsent["user"] in ("", str(user.pk)) else None


def take_back(request: HttpRequest) -> MultiValueDict[str, str] | None:
    """The unsent fields of the form at this address, once."""
    unsent = request.session.get("unsent")
    if not unsent or unsent["path"] != request.path:
        return None
    del request.session["unsent"]
    return MultiValueDict(unsent["fields"])


def sign_out(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        logout(request)
    return redirect("sign-in")


def by_link(request: HttpRequest, uid: str, token: str) -> HttpResponse:
    """A button signs in, not the link itself: a mail scanner that follows links does not use it up."""
    try:
        user = User.objects.filter(pk=int(urlsafe_base64_decode(uid)), is_active=True).first()
    except (ValueError, OverflowError):
        user = None
    if user is None or not _OneTime().check_token(user, token):
        return render(request, "desk/sign_in_link.html", {"spent": True}, status=410)
    if request.method != "POST":
        return render(request, "desk/sign_in_link.html", {"who": user})
    return _enter(request, user)


def password(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect_to_login(request.path)
    user = request.user
    data = request.POST if request.method == "POST" else None
    form = PasswordChangeForm(user, data) if user.has_usable_password() else SetPasswordForm(user, data)
    if form.is_bound and form.is_valid():
        update_session_auth_hash(request, form.save())
        request.session["flash"] = {"message": "Your password is set."}
        return redirect("home")
    return render(request, "desk/password.html", {"form": form})


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form with an old token is shown again, filled, instead of refused. A form from another site is dropped."""
    if not reason.startswith("CSRF "):  # Django's other reasons are about the site that the form came from
        return render(request, "desk/foreign.html", status=403)
    if request.path.startswith(reverse("sign-in")):
        typed = {name: request.POST.get(name, "") for name in ("who", "unsent", "next")}
        return _form(request, SignInForm(initial=typed), 403, "This page was open for too long. Please sign in again.")
    if not request.user.is_authenticated:
        return ask(request)
    request.session["unsent"] = _typed(request)
    return redirect(request.path)
