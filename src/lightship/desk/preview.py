"""Do a action, look at what readers would see, and undo it: the preview is made by the action itself, so it cannot differ."""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from lightship import page as public
from lightship.core.model import Snapshot
from lightship.store.models import Update, Wording

_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)


@dataclass(frozen=True)
class Preview:
    """Two pages without their scripts: the incident's own, which begins with the new words, and the front page. `styles`:
    the hashes of their style sheets, for the policy of the page that frames them."""

    own: str
    front: str
    styles: tuple[str, ...]


def rehearse(action: Callable[[], object], look: Callable[[], Snapshot]) -> Preview:
    """`action` raises JournalError as it would in earnest. Nothing it writes stays, and nobody is woken."""
    with transaction.atomic():
        made = action()
        seen = look()
        transaction.set_rollback(True)
    return preview(seen, _spoken_of(made))


def _spoken_of(made: object) -> str:
    """The id of the incident that a action was about, from the row that it made."""
    row = made.update if isinstance(made, Wording) else made
    return str(row.incident_id if isinstance(row, Update) else getattr(row, "pk", ""))


def preview(snapshot: Snapshot, incident_id: str) -> Preview:
    incident = next((each for each in (*snapshot.open, *snapshot.recent) if each.id == incident_id), None)
    leaves = public.leaf(snapshot.page, incident, snapshot.hosts) if incident else {}
    own = next((body for path, body in leaves.items() if path.endswith(".html")), b"").decode()
    front = public.index(snapshot).decode()
    return Preview(_SCRIPT.sub("", own), _SCRIPT.sub("", front), tuple({_digest(own), _digest(front)}))


def _digest(html: str) -> str:
    found = _STYLE.search(html)
    digest = hashlib.sha256(found[1].encode()).digest() if found else b""
    return f"sha256-{base64.b64encode(digest).decode()}"
