"""The front line: links to the button, what came in by it, and what of that starts the clock of the first word."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max

from lightship.config.ids import new_id
from lightship.core.duty import first_word
from lightship.core.duty.first_word import FLOOD_WITHIN, RECENT, Open, Past, Tally
from lightship.core.duty.policy import Policy
from lightship.core.model import Kind
from lightship.core.rules import Refused
from lightship.page.labels import counted, listed
from lightship.store.duty import alerts
from lightship.store.models import Alert, CustomerReport, FrontLineLink, Page

SOURCE = "reports"


def make_link(page: Page, name: str, by: User | None, now: datetime) -> tuple[FrontLineLink, str]:
    """A new link and its token, which cannot be read again."""
    token = secrets.token_urlsafe(32)
    link = FrontLineLink.objects.create(page=page, name=name, digest=_digest(token), created_at=now, created_by=by)
    return link, token


def link_of(token: str) -> FrontLineLink | None:
    """None for a token that never was and for one that was revoked: a stranger learns no difference."""
    return FrontLineLink.objects.select_related("page").filter(digest=_digest(token), revoked_at=None).first()


def revoke(link: FrontLineLink, now: datetime) -> None:
    FrontLineLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=now)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def report(
    page: Page,
    now: datetime,
    *,
    text: str = "",
    components: Sequence[str] = (),
    customer: str = "",
    link: FrontLineLink | None = None,
    by: User | None = None,
    id: str = "",
) -> CustomerReport:
    """Write down that customers report something, and start the clock where enough of them do. The same `id` again is the
    same report."""
    if not text and not components:
        raise Refused("Tap what they mean, or write one line.")
    with transaction.atomic():
        Page.objects.select_for_update().get(pk=page.pk)
        row, made = CustomerReport.objects.get_or_create(
            pk=id or new_id(),
            defaults={
                "page": page,
                "at": now,
                "link": link,
                "by": by,
                "text": text[:255],
                "customer": customer[:80],
                "components": list(components),
            },
        )
        if row.page_id != page.pk:
            raise Refused("This form is of another page: open it anew.")
        if made:
            _start_if_enough(page, now)
        return row


def _start_if_enough(page: Page, now: datetime) -> None:
    """The page is locked, so that two reports at once start one alert."""
    reports = _values(page, now - FLOOD_WITHIN)
    if first_word.starts(reports, Policy.of(page.policy), opened(page), _past(page), now):
        alerts.start(page, SOURCE, summary(page, recent(page, now)), now)


def recent(page: Page, now: datetime) -> Tally:
    """What customers report that no writer has dealt with yet."""
    closed = _past(page).closed
    return first_word.tally(_values(page, max(now - RECENT, closed) if closed else now - RECENT))


def reported(page: Page, now: datetime) -> Tally:
    """What customers reported within the hour, whatever became of it: for support."""
    return first_word.tally(_values(page, now - RECENT))


def summary(page: Page, tally: Tally) -> str:
    """`3 customers report Webmail: “Sign-in fails.”`."""
    names = dict(page.components.filter(pk__in=tally.components).values_list("pk", "name"))
    most = [names[pk] for pk in sorted(tally.components, key=lambda pk: -tally.components[pk]) if pk in names]
    what = f" {listed(most[:3])}" if most else " something"
    quote = f": “{tally.quotes[0].text}”" if tally.quotes else ""
    return f"{counted(tally.customers, 'customer')} {'reports' if tally.customers == 1 else 'report'}{what}{quote}"


def sender_names(page: Page) -> dict[str, str]:
    """Of each sender of reports, as the duty writer knows it."""
    links = {f"link {pk}": name for pk, name in page.front_line_links.values_list("pk", "name")}
    users = User.objects.filter(pk__in=page.customer_reports.exclude(by=None).order_by().values("by").distinct())
    return links | {f"account {user.pk}": user.get_full_name() or user.username for user in users}


def _values(page: Page, since: datetime) -> list[first_word.CustomerReport]:
    rows = CustomerReport.objects.filter(page=page, at__gt=since)
    return [
        first_word.CustomerReport(
            at=row.at,
            sender=f"link {row.link_id}" if row.link_id else f"account {row.by_id}",
            text=row.text,
            customer=row.customer,
            components=frozenset(row.components),
        )
        for row in rows
    ]


def _past(page: Page) -> Past:
    closed = Alert.objects.filter(page=page, practice=False)
    dismissed = closed.filter(incident=None)
    return Past(*(rows.aggregate(at=Max("closed_at"))["at"] for rows in (closed, dismissed)))


def opened(page: Page) -> Open:
    rows = page.incidents.filter(open=True, kind=Kind.INCIDENT, practice=False)
    return Open(len(rows), frozenset(component["id"] for row in rows for component in row.components))
