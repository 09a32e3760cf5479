"""The fields of a form that was not accepted (signed out, token too old), carried along until the form is shown again."""

from dataclasses import asdict, dataclass

from django.core import signing
from django.http import HttpRequest, QueryDict

SALT = "lightship.desk.unsent"
HOURS = 24
_LEFT_OUT = ("csrfmiddlewaretoken", "password", "old_password", "new_password1", "new_password2", "unsent")


@dataclass(frozen=True)
class Unsent:
    """The address of the form, and its fields."""

    path: str
    fields: dict[str, list[str]]


def collect(request: HttpRequest) -> Unsent:
    fields = {name: [str(v) for v in values] for name, values in request.POST.lists() if name not in _LEFT_OUT}
    return Unsent(request.path, fields)


def signed(unsent: Unsent, user: str = "") -> str:
    """For a hidden field of the sign-in form. Signed, so that nobody else can fill a staffer's form.

    `user`: the key of the author, where it is known.
    """
    return signing.dumps({**asdict(unsent), "user": user}, salt=SALT, compress=True)


def verified(blob: str, user: str) -> Unsent | None:
    """None if the signature is wrong, the blob too old, or the author another."""
    try:
        data = signing.loads(blob, salt=SALT, max_age=HOURS * 3600)
    except signing.BadSignature:
        return None
    if data.get("user") not in ("", None, user):
        return None
    return Unsent(data["path"], data["fields"])


def store(request: HttpRequest, unsent: Unsent) -> None:
    """In this session, until the form is shown next."""
    request.session["unsent"] = asdict(unsent)


def take_back(request: HttpRequest) -> QueryDict | None:
    """The stored fields of the form at this address, once."""
    stored = request.session.get("unsent")
    if not stored or stored["path"] != request.path:
        return None
    del request.session["unsent"]
    data = QueryDict(mutable=True)
    for name, values in stored["fields"].items():
        data.setlist(name, values)
    return data
