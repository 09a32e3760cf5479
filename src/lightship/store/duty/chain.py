"""Whom the clock nudges, in order: those who hold the page's duties now, then its escalation list."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.contrib.auth.models import User

from lightship.core.duty.nudges import Chain
from lightship.core.duty.policy import Policy
from lightship.core.duty.roster import Duty
from lightship.core.roles import Act, Role, may, stored
from lightship.store.duty import roster
from lightship.store.models import Page

Holders = Mapping[Duty, User]
AHEAD = timedelta(days=30)
Ask = Callable[[Page, datetime], Holders]


def chain(page: Page, now: datetime, ask: Ask = roster.holder) -> Chain:
    holders = {str(duty): str(user.pk) for duty, user in ask(page, now).items() if user.is_active}
    return Chain(**holders, everyone=tuple(str(user.pk) for user in escalation(page)))


def expected(page: Page, now: datetime) -> list[User]:
    """Everybody whom the chain may nudge in the next days."""
    people = {user.pk: user for user in [*ahead(page, now), *roster.holder(page, now).values(), *escalation(page)]}
    return sorted(people.values(), key=lambda user: user.username)


def ahead(page: Page, now: datetime) -> list[User]:
    """Whom the roster names until AHEAD."""
    people = {int(shift.person) for shift in roster.shifts(page, now, now + AHEAD)}
    return list(User.objects.filter(pk__in=people, is_active=True))


def escalation(page: Page) -> list[User]:
    """The page's list; where it names nobody who has an account still, all who may write."""
    active = User.objects.filter(is_active=True).select_related("staffer").order_by("pk")
    listed = [pk for pk in Policy.of(page.policy).escalation if pk.isdecimal()]
    return list(active.filter(pk__in=listed)) or [user for user in active if may(role(user), Act.WRITE)]


def role(user: User) -> Role:
    """With one that this version does not know, an account only reports: the clock must not stop at it."""
    staffer = getattr(user, "staffer", None)
    return stored(staffer.role if staffer else None)
