"""The deadlines that run on a page now: of each open incident, and of each alert that nobody has spoken about yet."""

from datetime import datetime, timedelta

from lightship.core.duty.nudges import Clock, Sent, Step
from lightship.core.duty.policy import Policy
from lightship.core.duty.promises import deadline, last_spoken
from lightship.store.models import Alert, Nudge, Page
from lightship.store.read import rows

UPDATE, FIRST_WORD = "update", "first word"
"""Kinds of nudge that the clock makes."""
KINDS = (UPDATE, FIRST_WORD)
LOOK_BACK = timedelta(days=2)
"""An incident whose deadline is older was nudged about by everybody long ago."""


def clocks(page: Page) -> list[Clock]:
    policy = Policy.of(page.policy)
    practice = {row.pk: row.practice for row in page.incidents.filter(open=True)}
    return [*_first_words(page, policy), *_promises(page, policy, practice)]


def _first_words(page: Page, policy: Policy) -> list[Clock]:
    within = timedelta(minutes=policy.first_word)
    return [
        Clock(subject=alert.pk, name=alert.summary, due=alert.at + within, first_word=True, practice=alert.practice)
        for alert in Alert.objects.filter(page=page, closed_at=None)
    ]


def _promises(page: Page, policy: Policy, practice: dict[str, bool]) -> list[Clock]:
    running = []
    for incident in rows.incidents(page.incidents.filter(pk__in=practice)) if practice else ():
        if due := deadline(incident, page.promise_minutes, policy):
            since = last_spoken(incident).created_at
            subject, name = incident.id, incident.name
            running.append(Clock(subject=subject, name=name, due=due, since=since, practice=practice[subject]))
    return running


def made(page: Page, running: list[Clock]) -> list[Sent]:
    """The nudges that were made about these deadlines."""
    if not running:
        return []
    since = min(clock.due for clock in running) - LOOK_BACK
    nudges = Nudge.objects.filter(page=page, kind__in=KINDS, due__gte=since).order_by("at")
    return [sent(nudge) for nudge in nudges]


def sent(nudge: Nudge) -> Sent:
    return Sent(
        person=str(nudge.person_id),
        step=Step(nudge.step),
        subjects={subject: datetime.fromisoformat(at) for subject, at in nudge.subjects.items()},
        failed=bool(nudge.error) and nudge.sent_at is None,
        acknowledged_by=str(nudge.acknowledged_by_id or ""),
    )


def stands(nudge: Nudge, running: list[Clock]) -> bool:
    """Whether any of the deadlines that it speaks of still is one. Nobody is nudged about what is over."""
    return any(sent(nudge).about(clock) for clock in running)
