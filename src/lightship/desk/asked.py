"""Who was nudged about what is due now, and who is on it: as an incident's page and the first view show it."""

from typing import Any

from django.utils import timezone

from lightship.desk import labels
from lightship.page.labels import listed
from lightship.store.duty import nudges
from lightship.store.models import Nudge, Page


def asked(page: Page) -> dict[str, dict[str, Any]]:
    """By incident or alert; those about which nobody was nudged yet are not in it."""
    return {subject: _shown(subject, sent) for subject, sent in nudges.about(page, timezone.now()).items()}


def _shown(subject: str, sent: list[Nudge]) -> dict[str, Any]:
    answered = next((nudge for nudge in sent if nudge.acknowledged_at), None)
    return {
        "subject": subject,
        "by": labels.person(answered.acknowledged_by) if answered else "",
        "at": answered.acknowledged_at if answered else None,
        "lines": [
            {"who": labels.person(nudge.person), "at": nudge.sent_at, "channel": nudge.channel}
            for nudge in sent
            if nudge.sent_at or not nudge.error
        ],
        "unreached": listed([labels.person(nudge.person) for nudge in sent if nudge.error and not nudge.sent_at]),
    }
