"""What support may say of what is open, with buttons to copy it, and the internal sheet."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from lightship.core import kit as core
from lightship.core.duty.policy import Policy
from lightship.core.kit import Kit
from lightship.core.model import Kind
from lightship.desk.views.base import on_page, show, snapshot_of
from lightship.page.kit import NAMES
from lightship.store.models import Incident, Page
from lightship.store.read import rows

SHEET = {"sheet": "Internal: what we know"}


@on_page
def kit(request: HttpRequest, page: Page) -> HttpResponse:
    """Of everything open."""
    kits = core.kits(snapshot_of(page), timezone.now(), Policy.of(page.policy))
    return show(request, "kit.html", page, kits=_shown(kits))


@on_page
def incident_kit(request: HttpRequest, page: Page, id: str) -> HttpResponse:
    """Of one incident, which may be a practice that no reader sees."""
    row = get_object_or_404(Incident, page=page, pk=id, kind=Kind.INCIDENT)
    made = core.kit(snapshot_of(page), rows.incident(row), timezone.now(), Policy.of(page.policy))
    return show(request, "kit.html", page, kits=_shown([made]) if row.open else [], incident=row)


def _shown(kits: Iterable[Kit]) -> list[dict[str, Any]]:
    return [
        {"kit": made, "texts": [(name, label, getattr(made, name)) for name, label in {**NAMES, **SHEET}.items()]}
        for made in kits
    ]
