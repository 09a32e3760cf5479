"""Whether what was posted is read: which hosts served a revision to a stranger, and how long after the post. Where none does,
staff are told once, by whichever process notices first."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, Q

from lightship.channels import tell_staff
from lightship.config import Config, PageConfig
from lightship.core.duty import proof
from lightship.core.duty.policy import Policy
from lightship.core.duty.proof import Proof, Publication
from lightship.core.duty.roster import Duty
from lightship.store.duty.nudges import enqueue
from lightship.store.duty.roster import holder
from lightship.store.models import Entry, Nudge, Page, Receipt, Report

__all__ = ["Proof", "Publication", "last_resort", "raise_alarm", "status"]

KIND = "unproven"
"""Of the nudges, and of the report that stands for them where nobody has an address."""
LATELY = timedelta(hours=1)
"""A channel that failed within it does not carry the alarm first."""
POSTS = Q(update__isnull=False) | Q(action="correct")
log = logging.getLogger("lightship.duty")


def status(page: Page, revision: int, now: datetime, hosts: Collection[str] | None = None) -> Publication:
    """`hosts`: the names of those that the page has in lightship.toml; by default those that have receipts."""
    posted_at = page.entries.filter(revision=revision).values_list("at", flat=True).first()
    if posted_at is None:
        return Publication(None)
    names = page.receipts.order_by("host").values_list("host", flat=True).distinct() if hosts is None else hosts
    return proof.judge(posted_at, tuple(_proof(page, revision, posted_at, name) for name in names), now)


def _proof(page: Page, revision: int, posted_at: datetime, host: str) -> Proof:
    rows = Receipt.objects.filter(page=page, host=host)
    newest = rows.first()
    if newest is None:
        return Proof(host, None)
    # Whatever else was wrong with the host then: its row has the revision that a stranger read there.
    read = rows.filter(epoch=page.epoch, revision__gte=revision).order_by("id").first()
    if read:
        return Proof(host, max((read.at - posted_at).total_seconds(), 0.0), "", newest.seen_at)
    return Proof(host, None, newest.reason if newest.seen_at >= posted_at else "", newest.seen_at)


def raise_alarm(config: Config, page: PageConfig, row: Page, now: datetime) -> bool:
    """Tell staff of a post that nobody reads, if there is one of which they were not told; whether that was done now."""
    hosts = [host.name for host in page.hosts]
    post = _first_unread(row, hosts, now)
    if post is None:
        return False
    assert post.revision is not None
    state = status(row, post.revision, now, hosts)
    if not proof.alarming(state, now):
        return False
    subject = f"NOT PUBLISHED: {post.name}"
    people = [user for user in _people(row, post, now) if user.email or user.contacts.exists()]
    if not people:
        return _tell_channels(config, row, now, subject, _body(config, page, post, state))
    made = enqueue(
        row,
        kind=KIND,
        step="",
        key=f"{KIND}:{row.pk}:{row.epoch}:{post.revision}",
        people=people,
        due=post.at + proof.WITHIN,
        at=now,
        subject=subject,
        body=_body(config, page, post, state),
        path=f"/p/{row.slug}/incidents/{post.incident_id}/" if post.incident_id else f"/p/{row.slug}/hosts/",
        avoid=_failing_channel(now),
        subjects=[post.incident_id] if post.incident_id else [],
    )
    if made:
        log.warning("page=%s revision=%d unpublished=%r", row.slug, post.revision, state.unpublished)
    return made > 0


def _first_unread(page: Page, hosts: Collection[str], now: datetime) -> Entry | None:
    """The oldest post that no host showed and no alarm covers: one alarm stands for all that was posted before it."""
    read = page.receipts.filter(host__in=hosts, epoch=page.epoch).aggregate(newest=Max("revision"))["newest"] or 0
    alarms = (page.nudges.filter(kind=KIND), page.reports.filter(kind=KIND))
    covered = max(filter(None, (rows.aggregate(at=Max("at"))["at"] for rows in alarms)), default=None)
    posts = page.entries.filter(POSTS, revision__gt=read, at__lte=now - proof.HOPELESS).exclude(incident__practice=True)
    if covered:
        posts = posts.filter(at__gt=covered)
    return posts.select_related("author").order_by("revision").first()


def _people(page: Page, post: Entry, now: datetime) -> list[User]:
    """Who wrote it, or else who holds the clock; the deputy; and the operators: superusers, else the whole escalation list."""
    holding = holder(page, now)
    author = post.author if post.author and post.author.is_active else holding.get(Duty.WRITER)
    active = User.objects.filter(is_active=True)
    operators = list(active.filter(is_superuser=True)) or list(active.filter(pk__in=Policy.of(page.policy).escalation))
    people = [user for user in (author, holding.get(Duty.DEPUTY), *operators) if user]
    return list({user.pk: user for user in people}.values())


def _failing_channel(now: datetime) -> str:
    """The channel that failed last, unless a message went out by it since. An error begins with the channel's name."""
    lately = Nudge.objects.filter(at__gte=now - LATELY).order_by("-at", "-pk")
    failed = lately.exclude(error="").first()
    name = failed.error.partition(":")[0] if failed else ""
    return "" if failed and lately.filter(channel=name, sent_at__gt=failed.at).exists() else name


def _body(config: Config, page: PageConfig, post: Entry, state: Publication) -> str:
    author = f" by {post.author.get_full_name() or post.author.username}" if post.author else ""
    return (
        f"“{post.name}” was posted{author} at {post.at:%H:%M:%S} UTC (revision {post.revision}), and readers of "
        f"{page.url} do not see it: {state.unpublished}.\n\n"
        "It is kept, and goes out by itself once a worker runs and a host answers. What to do:\n"
        f"- See each host and why: {config.desk.url}/p/{post.page.slug}/hosts/, or `lightship hosts` in a terminal.\n"
        "- If no worker runs, start it: `lightship worker`.\n"
        "- If this desk cannot publish, speak without it: `lightship breakglass`."
    )


def last_resort(config: Config, page: Page, now: datetime) -> bool:
    """Where an alarm reached none of those it was meant for, tell whoever the channels reach by themselves, once."""
    newest = page.nudges.filter(kind=KIND, at__gt=now - LATELY).order_by("-at").first()
    if newest is None:
        return False
    same = page.nudges.filter(kind=KIND, at=newest.at)
    if same.filter(Q(error="") | Q(sent_at__isnull=False)).exists():
        return False
    return _tell_channels(config, page, now, newest.subject, f"None of the staff could be reached.\n\n{newest.body}")


def _tell_channels(config: Config, page: Page, now: datetime, subject: str, body: str) -> bool:
    """Once for each alarm, however many processes find that nobody else is reached."""
    with transaction.atomic():
        Page.objects.select_for_update().get(pk=page.pk)
        if page.reports.filter(kind=KIND, facts__subject=subject, at__gt=now - LATELY).exists():
            return False
        Report.objects.create(page=page, kind=KIND, at=now, facts={"subject": subject})
    for failure in tell_staff(config.channels, subject, body):
        log.warning("page=%s staff were not told: %s", page.slug, failure)
    return True
