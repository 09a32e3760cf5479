"""Pebble beside a real BIND that holds the page's name."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests import acme_server
from tests.name_servers import Layout

from lightship.certificates import CertFolder, Outcome, keep, new_private_key
from lightship.config import CertificateConfig
from lightship.zones import Sets, Zone

CHALLENGE = ("_acme-challenge", "TXT")


@pytest.fixture(scope="session")
def pebble(tmp_path_factory: pytest.TempPathFactory, bind: Layout) -> Iterator[acme_server.Pebble]:
    with acme_server.pebble(tmp_path_factory.mktemp("pebble"), (bind.address, bind.port)) as made:
        yield made


@dataclass(frozen=True)
class HostLoop:
    """One machine that keeps the page's certificate, and what the zone holds meanwhile."""

    wanted: CertificateConfig
    zone: Zone
    folder: Path

    @property
    def shelf(self) -> CertFolder:
        return CertFolder(self.folder)

    def keep(self, now: datetime | None = None, **how: Any) -> Outcome:
        found = keep(self.wanted, self.zone, self.folder, now or datetime.now(UTC), **how)
        assert found is not None, "another process is at it"
        return found

    def but(self, **changed: Any) -> "HostLoop":
        return dataclasses.replace(self, wanted=dataclasses.replace(self.wanted, **changed))

    def challenge(self) -> frozenset[str]:
        return self.sets()[CHALLENGE]

    def sets(self) -> Sets:
        return self.zone.read(self.zone.name, [CHALLENGE])


@pytest.fixture
def keeper(pebble: acme_server.Pebble, bind: Layout, tmp_path: Path) -> HostLoop:
    wanted = CertificateConfig(
        names=(bind.name,),
        account=new_private_key(),
        directory=pebble.directory,
        email="alice@acme.example",
        ca=pebble.ca,
        nameservers=(f"[{bind.address}]:{bind.port}",),
    )
    return HostLoop(wanted, bind.zone(), tmp_path / "certificates")
