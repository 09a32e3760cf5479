"""The desk looks for itself: it raises the alarm in any case, and sends it where no worker is there to do so."""

from datetime import datetime, timedelta

from django.utils import timezone
from tests.desk.cast import Stage, config

from lightship.core.site.receipt import Fault, Receipt, Verdict
from lightship.desk import watch
from lightship.store import receipts
from lightship.store.models import Nudge


def seen(stage: Stage, at: datetime) -> None:
    """A worker's sign of life, from hosts that refuse."""
    for host in ("vienna", "bucket"):
        outcome = Fault(Verdict.FAILED, "403 Forbidden")
        receipts.record(stage.page, Receipt(host=host, at=at, outcome=outcome))


def test_with_a_worker_it_raises_the_alarm_and_leaves_it_to_the_worker_to_send(stage: Stage) -> None:
    stage.outage()
    now = timezone.now()
    seen(stage, now - timedelta(seconds=3))
    assert not watch.look(config(), lambda: now)
    assert Nudge.objects.filter(kind="unproven", person=stage.alice).count() == 1


def test_without_a_worker_it_sends_and_not_again_what_is_on_its_way(stage: Stage) -> None:
    stage.outage()
    now = timezone.now()
    seen(stage, now - timedelta(seconds=16))
    assert watch.look(config(), lambda: now)
    Nudge.objects.update(claimed_until=now + timedelta(seconds=90))
    assert not watch.look(config(), lambda: now)
    Nudge.objects.update(claimed_until=None, sent_at=now)
    assert not watch.look(config(), lambda: now)


def test_a_quiet_page_asks_for_nothing(stage: Stage) -> None:
    seen(stage, timezone.now() - timedelta(days=1))
    assert not watch.look(config(), timezone.now)
    assert not Nudge.objects.exists()
