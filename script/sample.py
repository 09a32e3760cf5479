"""A page to look at: Lumen Mail, with some weeks of history, one open incident, a roster of three, and what customers report.
Does nothing to a page that has any.

python script/sample.py run/lightship.toml
"""

import os
import sys
from datetime import UTC, datetime, time, timedelta

from lightship.cli.shared import App
from lightship.core.duty.roster import Duty, Every, Rotation, Window
from lightship.core.model import ComponentStatus, Facts, Status

DOWN, PARTLY, SLOW, FINE = ComponentStatus.MAJOR, ComponentStatus.PARTIAL, ComponentStatus.DEGRADED, ComponentStatus.OPERATIONAL
LOOKING, KNOWN, WATCHING, OVER = Status.INVESTIGATING, Status.IDENTIFIED, Status.MONITORING, Status.RESOLVED

GROUPS = {
    "Mail": ("Webmail", "IMAP and POP", "Sending (SMTP)", "Spam filter"),
    "Hosting": ("Web servers", "Databases", "Control panel"),
    "Domains": ("Name servers", "Registration"),
    "": ("Customer centre",),
}

PAST = (
    # days ago, minutes it lasted, component, level, name, symptom, cause
    (83, 42, "Databases", SLOW, "Databases answer slowly", "Queries take 3 to 5 seconds on db-04. Websites on it load slowly.", "A backup ran at the wrong hour."),
    (67, 18, "Webmail", PARTLY, "Webmail shows an empty inbox to some", "About 4 % of mailboxes look empty in webmail. No mail is lost: other programs show it all.", "A cache kept an old list of folders."),
    (51, 95, "Sending (SMTP)", PARTLY, "Mail to two large providers is delayed", "Mail to two large providers waits up to an hour. It is delivered, only late.", "One sending address was on a block list; we moved it."),
    (38, 12, "Control panel", DOWN, "The control panel is down", "Signing in to the control panel ends with error 502. Websites and mail work.", "A certificate inside our network had run out."),
    (24, 31, "Name servers", SLOW, "One of three name servers does not answer", "ns2 does not answer. The other two do, so look-ups work, a little slower.", "A router at the second site restarted."),
    (11, 57, "Web servers", PARTLY, "Websites on web-21 to web-24 fail at times", "One request in five to sites on web-21 to web-24 fails with error 503.", "A load balancer sent requests to a server that was being replaced."),
    (5, 9, "Spam filter", SLOW, "Mail arrives up to ten minutes late", "Incoming mail waits in the spam filter for up to ten minutes.", "The filter's rules had grown too large; we pruned them."),
)  # fmt: skip

REPORTS = (
    # minutes ago, component, customer, what they say
    (32, "Webmail", "4711", "Error 503 after the password."),
    (31, "Webmail", "2087", "Sign-in fails since nine, the phone still gets mail."),
    (30, "Webmail", "3350", "White page with 503."),
    (6, "Control panel", "1264", "Every click in the control panel takes ten seconds."),
)  # fmt: skip


def main(config: str) -> None:
    app = App(config, os.environ)
    _, page = app.page()
    if page.components.exists():
        return
    from django.contrib.auth import get_user_model

    from lightship.store import journal
    from lightship.store.journal import structure

    now = datetime.now(UTC).replace(microsecond=0)
    author = get_user_model().objects.first()
    born = now - timedelta(days=120)
    ids = {}
    for group_name, components in GROUPS.items():
        group = structure.create_group(page, group_name, None, born) if group_name else None
        for name in components:
            ids[name] = structure.create_component(page, name, None, born, group=group).pk

    for days, minutes, component, level, name, symptom, cause in PAST:
        _past(page, author, now - timedelta(days=days), minutes, ids[component], level, name, symptom, cause)

    window = journal.Window(
        name="New disks for the database servers",
        body="Each database server restarts once, for about two minutes. Sites that use it show an error in that time.",
        starts=now.replace(hour=2, minute=0, second=0) + timedelta(days=2),
        ends=now.replace(hour=4, minute=0, second=0) + timedelta(days=2),
        components=frozenset([ids["Databases"]]),
    )
    journal.schedule(page, window, author, now - timedelta(days=1))
    _staff(page, author, app.config(), born)
    _reports(page, author, now, ids)
    _open(page, author, now, ids)
    print("made the sample page: Lumen Mail")


def _past(page, author, began, minutes, component, level, name, symptom, cause) -> None:  # type: ignore[no-untyped-def]
    from lightship.store import journal

    first = journal.NewUpdate(
        status=LOOKING, body=symptom, facts=Facts(symptom=symptom, since=began), statuses={component: level}
    )
    incident = journal.open_incident(page, journal.NewIncident(name=name, update=first), author, began + timedelta(minutes=4))
    ended = began + timedelta(minutes=minutes)
    known = journal.NewUpdate(status=KNOWN, body=f"{cause} We are putting it right.", facts=Facts(cause=cause))
    journal.update(incident, known, author, began + timedelta(minutes=minutes // 2))
    over = Facts(ended=ended, cause=cause)
    last = journal.NewUpdate(status=OVER, body="It works again for everyone.", facts=over, statuses={component: FINE})
    journal.update(incident, last, author, ended + timedelta(minutes=2))


def _open(page, author, now, ids) -> None:  # type: ignore[no-untyped-def]
    from lightship.store import journal

    began = now - timedelta(minutes=34)
    facts = Facts(
        symptom="Signing in to webmail fails with error 503. No mail is lost: it waits and will arrive.",
        scope="Customers on servers mail-07 to mail-18, about 6,200 mailboxes. All others work.",
        since=began,
        doing="Two engineers are looking at the storage of these servers.",
        workaround="Read mail with any mail program: phones and desktop programs work.",
        no_estimate=True,
        next_update=now - timedelta(minutes=1),
    )
    first = journal.NewUpdate(
        status=LOOKING,
        body="Webmail sign-in fails for some customers. Two engineers are on it.",
        facts=facts,
        statuses={ids["Webmail"]: DOWN, ids["Control panel"]: SLOW},
    )
    opening = journal.NewIncident(name="Webmail is down for customers on mail-07 to mail-18", update=first, started_at=began)
    incident = journal.open_incident(page, opening, author, now - timedelta(minutes=28))
    known = Facts(
        symptom=facts.symptom,
        scope=facts.scope,
        since=began,
        doing="Moving the 12 affected mailbox servers to spare hardware; 4 are done.",
        workaround=facts.workaround,
        no_estimate=True,
        next_update=now + timedelta(minutes=4),
        cause="A failed storage controller.",
    )
    second = journal.NewUpdate(
        status=KNOWN, body="A storage controller failed. We are moving 12 servers to spare hardware.", facts=known
    )
    journal.update(incident, second, author, now - timedelta(minutes=11))


def _staff(page, author, config, born) -> None:  # type: ignore[no-untyped-def]
    """Three take turns by the week. Who has no password signs in with a link: `lightship account NAME`."""
    from django.contrib.auth import get_user_model

    from lightship.store.duty import changes, contacts
    from lightship.store.models import Contact, Staffer

    users = get_user_model().objects
    alice, bob = (
        users.create_user(name.lower(), f"{name.lower()}@lumen.example", first_name=name, last_name=family)
        for name, family in (("Alice", "Okafor"), ("Bob", "Lindqvist"))
    )
    for user, title in ((author, "Incident communication"), (alice, "Incident communication"), (bob, "Mail team")):
        Staffer.objects.get_or_create(user=user, defaults={"public_title": title})
    mail = next((channel for channel in config.channels if channel.kind == contacts.EMAIL), None)
    if mail:  # else the roster says that nobody can be reached, which is true
        for user in (alice, bob):
            Contact.objects.create(user=user, channel=mail.name, address=user.email)
    for duty, people in ((Duty.WRITER, (author, alice, bob)), (Duty.DEPUTY, (bob, author, alice))):
        turns = Window(begins=time(9), zone="Europe/Vienna", members=tuple(str(user.pk) for user in people))
        changes.rotate(page, Rotation(duty=duty, every=Every.WEEK, start=born.date(), windows=(turns,)), author, born)


def _reports(page, author, now, ids) -> None:  # type: ignore[no-untyped-def]
    """From support, before the first post and since."""
    from lightship.store.duty import front_line

    link, _ = front_line.make_link(page, "Support, floor 2", author, now - timedelta(days=40))
    for ago, component, customer, text in REPORTS:
        front_line.report(
            page, now - timedelta(minutes=ago), text=text, components=[ids[component]], customer=customer, link=link
        )


if __name__ == "__main__":
    main(sys.argv[1])
