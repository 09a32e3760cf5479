"""What was typed into a form that could not be taken (signed out, page too old), carried along until it can be shown again."""

from dataclasses import dataclass

from django.core import signing
from django.http import HttpRequest, QueryDict

SALT = "lightship.desk.unsent"
HOURS = 24
_SECRET = ("csrfmiddlewaretoken", "password", "old_password", "new_password1", "new_password2", "kept")


@dataclass(frozen=True)
class Kept:
    """The address of the form, and its fields."""

    path: str
    fields: dict[str, list[str]]


def keep(request: HttpRequest) -> Kept:
    fields = {name: [str(v) for v in values] for name, values in request.POST.lists() if name not in _SECRET}
    return Kept(request.path, fields)


def seal(kept: Kept, user: str = "") -> str:
    """For a hidden field of the sign-in form. Signed, so that nobody else can put words into a staffer's form.

    `user`: the key of whose words they are, where that is known.
    """
    return signing.dumps({"path": kept.path, "fields": kept.fields, "user": user}, salt=SALT, compress=True)


def unseal(blob: str, user: str) -> Kept | None:
    """None if it is spoilt, too old, or somebody else's."""
    try:
        found = signing.loads(blob, salt=SALT, max_age=HOURS * 3600)
    except signing.BadSignature:
        return None
    if found.get("user") not in ("", None, user):
        return None
    return Kept(found["path"], found["fields"])


def lay_by(request: HttpRequest, kept: Kept) -> None:
    """Until the form is shown next, in this session."""
    request.session["kept"] = {"path": kept.path, "fields": kept.fields}


def take_back(request: HttpRequest) -> QueryDict | None:
    """What was typed into the form at this address, once."""
    found = request.session.get("kept")
    if not found or found["path"] != request.path:
        return None
    del request.session["kept"]
    data = QueryDict(mutable=True)
    for name, values in found["fields"].items():
        data.setlist(name, values)
    return data
