"""The desk shows where the name leads, who moved it, and which witnesses are silent; it hears of it from the zone."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from tests import name_servers
from tests.desk.cast import Stage, config

from lightship.config import BackEndConfig, Config, Peer
from lightship.core.steering.decide import by_hand
from lightship.core.steering.records import POINTERS, RECORD, Health, Vote, place, vote_key, vote_out
from lightship.store.models import Report
from lightship.worker.jobs import steering
from lightship.zones import ZoneError
from lightship.zones.rfc2136 import Rfc2136

pytestmark = pytest.mark.server("bind")


def test_moves_pins_and_silent_witnesses_are_on_the_hosts_view(stage: Stage, client: Client, tmp_path: Path) -> None:
    with name_servers.bind(tmp_path) as primary:
        configured, zone = steered(config(), primary), primary.zone()
        vienna = next(iter(configured.pages.values())).hosts[0].name
        asyncio.run(steering.run(configured))
        assert "leads to <b>no host</b>" in shown(client, stage)

        sets = zone.read(zone.name, [*POINTERS, RECORD])
        flip = by_hand(sets, [place(vienna, ["192.0.2.1"])], (vienna,), "alice", datetime.now(UTC), "x")
        zone.set_records(zone.name, flip.to, expecting=flip.expecting)
        vote = vote_out(Vote(datetime.now(UTC) - timedelta(seconds=3), {vienna: Health(True, datetime.now(UTC))}))
        zone.set_records(zone.name, {vote_key("w1"): frozenset({vote})}, expecting={})
        for _ in range(3):
            asyncio.run(steering.run(configured))
        text = shown(client, stage)
        assert f"leads to <b>{vienna}</b>, moved by alice" in text
        assert "Set by hand" in text
        assert ": w2. Still voting: w1." in text
        assert Report.objects.filter(kind="steer").count() == 2, "one for each change, none for each look"
    asyncio.run(steering.run(configured))
    text = shown(client, stage)
    assert "The zone could not be read" in text
    assert f"leads to <b>{vienna}</b>" in text, "what is known last stays"


def test_an_error_that_only_counts_its_seconds_otherwise_is_told_once(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = iter(range(9))

    def late(*_: object) -> None:
        raise ZoneError(f"no answer after 5.{next(seconds)} s")

    with name_servers.bind(tmp_path) as primary:
        configured = steered(config(), primary)
        asyncio.run(steering.run(configured))
        monkeypatch.setattr(Rfc2136, "read", late)
        for _ in range(3):
            asyncio.run(steering.run(configured))
    assert [("error" in report.facts) for report in Report.objects.filter(kind="steer")] == [True, False]


def steered(configured: Config, primary: name_servers.Layout) -> Config:
    """The desk's configuration, with the page's name on that primary, and two witnesses."""
    zone = primary.zone()
    options = {"name": zone.name, "server": zone.server, "port": zone.port, "key": zone.key}
    slug, page = next(iter(configured.pages.items()))
    hosts = (replace(page.hosts[0], address=("192.0.2.1",)), *page.hosts[1:])
    made = replace(page, hosts=hosts, zone=BackEndConfig(kind="rfc2136", name=zone.name, options=options))
    return replace(configured, pages={slug: replace(made, witnesses=(Peer(name="w1"), Peer(name="w2")))})


def shown(client: Client, stage: Stage) -> str:
    return " ".join(client.get(f"/p/{stage.page.slug}/hosts/").content.decode().split())
