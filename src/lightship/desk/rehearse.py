"""Do a deed, look at what readers would see, and undo it: the preview is made by the deed itself, so it cannot differ."""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from lightship import page as public
from lightship.core.model import Snapshot

_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)


@dataclass(frozen=True)
class Preview:
    """The front page without its scripts, and the hash of its style sheet for the policy of the page that frames it."""

    html: str
    style: str


def rehearse(deed: Callable[[], object], look: Callable[[], Snapshot]) -> Preview:
    """`deed` raises JournalError as it would in earnest. Nothing it writes stays, and nobody is woken."""
    with transaction.atomic():
        deed()
        seen = look()
        transaction.set_rollback(True)
    return preview(seen)


def preview(snapshot: Snapshot) -> Preview:
    html = public.index(snapshot).decode()
    found = _STYLE.search(html)
    digest = hashlib.sha256(found[1].encode()).digest() if found else b""
    return Preview(_SCRIPT.sub("", html), f"sha256-{base64.b64encode(digest).decode()}")
