"""The worker keeps the update clock: nudges go out by themselves, and a channel that hangs holds up nobody else."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from tests.django_settings import CONFIG
from tests.smtp_sink import Sink, sink
from tests.store.desk import NOW, new_desk

from lightship.config import Config
from lightship.config.values import BackEndConfig
from lightship.core.duty.roster import Duty
from lightship.store.models import Contact, Page
from lightship.worker.jobs import JOBS, duty


def channel(name: str, port: int) -> BackEndConfig:
    options = {"host": "127.0.0.1", "port": port, "sender": "status@acme.test", "timeout": 30.0}
    return BackEndConfig(name=name, kind="email", options=options)


@pytest.fixture
def relay() -> Iterator[Sink]:
    with sink() as relay:
        yield relay


@pytest.fixture
def hole() -> Iterator[Sink]:
    with sink() as hole:
        hole.hangs = True
        yield hole


def settings(*channels: BackEndConfig) -> Config:
    page = replace(CONFIG.pages["status"], slug="acme")
    return replace(CONFIG, channels=channels, pages={"acme": page})


def holder(page: Page, at: datetime) -> Mapping[Duty, User]:
    users = {user.username: user for user in User.objects.all()}
    return {Duty.WRITER: users["alice"], Duty.DEPUTY: users["bob"]}


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def test_the_clock_is_asked_every_second() -> None:
    assert [job.pause for job in JOBS if job.name == "duty"] == [1]


def test_a_black_hole_does_not_stop_the_clock(relay: Sink, hole: Sink) -> None:
    desk = new_desk()
    alice, _ = (User.objects.create(username=name, email=f"{name}@acme.test") for name in ("alice", "bob"))
    Contact.objects.create(user=alice, channel="hole", address="alice@acme.test")
    config = settings(channel("mail", relay.port), channel("hole", hole.port))
    desk.opens()

    bobs = threading.Event()
    relay.after_yes = lambda received: bobs.set()

    async def act() -> None:
        await duty.run(config, lambda: at(20), holder)
        await duty.run(config, lambda: at(27), holder)
        assert await asyncio.to_thread(bobs.wait, 20), "Bob has nothing yet"
        assert duty._under_way, "Alice's message still hangs"
        hole.over.set()
        while duty._under_way:
            await asyncio.wait(set(duty._under_way))

    asyncio.run(act())
    assert [name for name, _ in relay.subjects] == ["bob"]
