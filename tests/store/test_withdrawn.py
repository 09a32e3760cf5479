"""What was posted by mistake and withdrawn was no outage: neither in the 90 days nor for what else is open."""

from datetime import timedelta

from tests.store.desk import DOWN, MINUTE, NOW, OK, new_desk

from lightship.core.model import ComponentStatus
from lightship.store.models import Incident
from lightship.store.read import snapshot


def test_what_was_withdrawn_is_in_no_bar_and_holds_nothing(database: object) -> None:
    desk = new_desk()
    incident = desk.opens()
    desk.resolves(incident)

    def shown(later: timedelta) -> tuple[list[ComponentStatus], list[ComponentStatus]]:
        shot = snapshot.take(desk.page, "https://acme.test", (), NOW + later)
        changes = [change.change.new for change in shot.status_changes if change.change.component_id == desk.webmail.pk]
        return changes, [level for key, level in shot.before.items() if key == desk.webmail.pk]

    long_ago = timedelta(days=100)
    assert shown(10 * MINUTE) == ([DOWN, OK], [])
    assert shown(long_ago) == ([], [OK])
    Incident.objects.filter(pk=incident.pk).update(withdrawn=True)
    assert shown(10 * MINUTE) == ([], [])
    assert shown(long_ago) == ([], [])
