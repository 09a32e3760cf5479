"""Nudge the person on duty, and time the answer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic, sleep

from lightship.config.ids import new_id
from lightship.drill.canary import DrillError, NotRehearsed

UNSENT = 30.0
"""Seconds within which a worker sends a nudge."""
LOOK = 0.2
DRILL = "drill"
SUBJECT = "Drill: are you there?"
BODY = "This is a drill: nothing is broken, and readers see nothing of it. Answer, so that it is known how long that takes."
Now = Callable[[], datetime]


def answer(slug: str, patience: float, now: Now, progress: Callable[[str], None]) -> tuple[float, str]:
    """Seconds from the nudge to "I am on it", and who it was. `patience`: seconds to wait for that; 0: nobody is nudged."""
    if patience <= 0:
        raise NotRehearsed("nobody was nudged: there is no desk here, or --answer 0")
    # Only this step needs the desk, and a drill runs without one too.
    from lightship.core.duty.roster import Duty
    from lightship.store.duty import nudges, roster
    from lightship.store.models import Nudge, Page

    page = Page.objects.filter(slug=slug).first()
    if page is None:
        raise NotRehearsed("the desk here does not know the page")
    at, holders = now(), roster.holder(page, now())
    person = holders.get(Duty.WRITER) or holders.get(Duty.DEPUTY)
    if person is None:
        raise NotRehearsed("nobody is on duty now: fill the roster")
    nudges.enqueue(
        page,
        kind=DRILL,
        step=DRILL,
        key=f"drill {new_id()}",
        people=[person],
        due=at + timedelta(seconds=patience),
        at=at,
        subject=SUBJECT,
        body=BODY,
        practice=True,
    )
    nudge, began = Nudge.objects.get(person=person, kind=DRILL, at=at), monotonic()
    progress(f"waiting for {person.username} to answer")
    while nudge.acknowledged_at is None:
        waited = monotonic() - began
        if nudge.sent_at is None and waited > min(UNSENT, patience):
            raise DrillError(f"{person.username} was not nudged: {nudge.error or 'no worker sent it; is one running?'}")
        if waited > patience:
            raise DrillError(f"{person.username} was nudged by {nudge.channel}, and did not answer within {patience:.0f} s")
        sleep(LOOK)
        nudge.refresh_from_db()
    return (nudge.acknowledged_at - at).total_seconds(), f"{person.username}, nudged by {nudge.channel}"
