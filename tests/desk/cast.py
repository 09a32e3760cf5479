"""The cast and the stage: Alice writes, Bob is her deputy, Dave is a customer; Acme Hosting has mail and web."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from tests.django_settings import CONFIG

from lightship.config import Config, PageConfig
from lightship.config.values import HostConfig, Pulse
from lightship.core.model import ComponentStatus, Facts, Status
from lightship.store import journal
from lightship.store.journal import structure
from lightship.store.models import Component, Group, Incident, Page

PASSWORD = "correct horse battery"
HOSTS = tuple(HostConfig(name=name, kind="folder", url=f"https://{name}.test", options={}) for name in ("vienna", "bucket"))


def config() -> Config:
    page = PageConfig(slug="acme", url="https://acme.test", key=bytes(range(32)), proven=1, pulse=Pulse(), hosts=HOSTS)
    return Config(path=CONFIG.path, base=CONFIG.base, desk_or_none=CONFIG.desk, pages={"acme": page})


@dataclass
class Stage:
    page: Page
    alice: User
    bob: User
    mail: Group
    webmail: Component
    imap: Component
    panel: Component

    def signed_in(self, user: User | None = None, **more: Any) -> Client:
        client = Client(**more)
        client.force_login(user or self.alice)
        return client

    def outage(self, **more: Any) -> Incident:
        """Webmail is down, as Alice said a quarter of an hour ago. A second one has a title of its own."""
        number = self.page.incidents.filter(open=True).count() + 1
        name = more.pop("name", f"Webmail is down, {number}" if number > 1 else "Webmail is down")
        at = datetime.now(UTC) - timedelta(minutes=15)
        facts = Facts(scope="Mailboxes in Vienna", next_update=at + timedelta(minutes=30))
        say = journal.NewUpdate(
            status=Status.INVESTIGATING,
            body="Signing in fails.",
            facts=facts,
            statuses={self.webmail.pk: ComponentStatus.MAJOR},
        )
        return journal.open_incident(self.page, journal.NewIncident(name=name, update=say, **more), self.alice, at)

    def works(self, **more: Any) -> Incident:
        """New disks for the control panel, tomorrow."""
        start = datetime.now(UTC) + timedelta(days=1)
        window = journal.Window(
            **{
                "name": "New disks",
                "body": "Away for minutes.",
                "starts": start,
                "ends": start + timedelta(hours=2),
                "components": frozenset([self.panel.pk]),
                **more,
            }
        )
        return journal.schedule(self.page, window, self.alice, datetime.now(UTC))


def set_the_stage() -> Stage:
    born = datetime.now(UTC) - timedelta(days=2)
    alice = User.objects.create(username="alice", email="alice@acme.test", first_name="Alice")
    bob = User.objects.create(username="bob", email="bob@acme.test", first_name="Bob")
    page = structure.create_page("acme", "Acme Hosting", alice, born, time_zone="Europe/Vienna")
    mail = structure.create_group(page, "Mail", alice, born)
    return Stage(
        page=page,
        alice=alice,
        bob=bob,
        mail=mail,
        webmail=structure.create_component(page, "Webmail", alice, born, group=mail),
        imap=structure.create_component(page, "IMAP", alice, born, group=mail),
        panel=structure.create_component(page, "Control panel", alice, born),
    )


class Reader(HTMLParser):
    """What a person reads and fills in: the text, and each form's fields as a browser would send them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.fields: dict[str, list[str]] = {}
        self._inside: list[str] = []
        self._select, self._area, self._option = "", "", ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside.append(tag)
        found = dict(attrs)
        name, value = found.get("name") or "", found.get("value") or ""
        if tag == "input" and name and (found.get("type") not in ("checkbox", "radio") or "checked" in found):
            self.fields.setdefault(name, []).append(value or ("on" if found.get("type") == "checkbox" else ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in found:
            self.fields.setdefault(self._select, []).append(value)
        elif tag == "textarea":
            self._area = name
            self.fields[name] = [""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.fields[self._area][0] = self.fields[self._area][0].removeprefix("\n")
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area][0] += data
        if self._inside and self._inside[-1] not in ("script", "style"):
            self.text += data + " "

    def one(self, name: str) -> str:
        return self.fields[name][0]


def read(response: Any) -> Reader:
    return Reader(response.content.decode())
