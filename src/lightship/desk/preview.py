"""The preview is made by the action itself, which is then undone: so it cannot differ from what readers will see."""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from lightship import page as public
from lightship.core.model import Snapshot
from lightship.store.models import Update

_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)


@dataclass(frozen=True)
class Preview:
    """Two pages without their scripts: the incident's own, which begins with the new text, and the front page. `styles`:
    the hashes of their style sheets, for the policy of the page that frames them."""

    own: str
    front: str
    styles: tuple[str, ...]


def preview(action: Callable[[], object], take: Callable[[], Snapshot]) -> Preview:
    """Do the action, `take` the snapshot, undo. Raises JournalError as the action does. Nothing is stored, nobody is woken."""
    with transaction.atomic():
        incident_id = incident_of(action())
        snapshot = take()
        transaction.set_rollback(True)
    incident = next((incident for incident in (*snapshot.open, *snapshot.recent) if incident.id == incident_id), None)
    leaves = public.leaf(snapshot.page, incident, snapshot.hosts) if incident else {}
    own = next((body for path, body in leaves.items() if path.endswith(".html")), b"").decode()
    front = public.index(snapshot).decode()
    return Preview(_SCRIPT.sub("", own), _SCRIPT.sub("", front), tuple({_digest(own), _digest(front)}))


def incident_of(row: object) -> str:
    """The id of the incident that an action was about, from the row that it made or changed."""
    return str(row.incident_id if isinstance(row, Update) else getattr(row, "pk", ""))


def _digest(html: str) -> str:
    style = _STYLE.search(html)
    digest = hashlib.sha256(style[1].encode()).digest() if style else b""
    return f"sha256-{base64.b64encode(digest).decode()}"
