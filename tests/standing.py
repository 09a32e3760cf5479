"""What the desk's journal makes of a component: what its readers see."""

from datetime import UTC, datetime

from lightship.core.model import ComponentStatus
from lightship.store.models import Component
from lightship.store.read import rows

LATER = datetime(2100, 1, 1, tzinfo=UTC)


def status_of(component_id: str, at: datetime = LATER) -> ComponentStatus:
    page = Component.objects.get(pk=component_id).page
    return rows.timeline(page, at).shown(component_id, at)
