"""The table of a zone on one's own name server in lightship.toml, and what is said about mistakes in it."""

import base64
from pathlib import Path

import pytest

from lightship import hosts, zones
from lightship.config import Config, ConfigError, load
from lightship.zones.rfc2136 import Rfc2136, TsigKey

FILE = """
[pages.acme]
url = "https://acmestatus.net"
public = "{public}"
[pages.acme.hosts.vienna]
kind = "folder"
path = "vienna"
url = "https://vienna.acmestatus.net"
[pages.acme.zone]
kind = "rfc2136"
"""
GOOD = """name = "AcmeStatus.net."
server = "192.0.2.53"
key = { name = { env = "TSIG_NAME" }, secret = { file = "tsig" } }
"""
ENV = {"TSIG_NAME": "w1"}


def read(folder: Path, table: str) -> Config:
    public = base64.b64encode(bytes(32)).decode()
    (folder / "tsig").write_text("c2VjcmV0\n")
    (folder / "lightship.toml").write_text(FILE.format(public=public) + table)
    kinds = {"hosts": hosts.find, "zones": zones.find}
    return load(folder / "lightship.toml", ENV, kinds, {"desk", "keys"})


def test_the_same_file_serves_every_witness(tmp_path: Path) -> None:
    told = read(tmp_path, GOOD).pages["acme"].zone
    assert told is not None
    zone = zones.find(told.kind)(**told.options)
    assert zone == Rfc2136(name="acmestatus.net", server="192.0.2.53", key=TsigKey(name="w1", secret="c2VjcmV0"))
    assert (zone.ttl, zone.atomic, zone.holds_votes) == (30, True, True)
    assert "c2VjcmV0" not in repr(told) + repr(zone)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (GOOD.replace('{ file = "tsig" }', '"not base64"'), "zone.key.secret: should be the base64 of a TSIG key"),
        (GOOD.replace("secret =", "secrets ="), 'zone.key.secrets: unknown key; did you mean "secret"?'),
        (GOOD.replace("secret =", 'algorithm = "hmac-md5", secret ='), "zone.key.algorithm: should be 'hmac-sha224'"),
        (GOOD.replace("TSIG_NAME", "NO_NAME"), "zone.key.name: the environment has no NO_NAME"),
        (GOOD.replace("server", "servr"), "zone.server: is missing"),
        (GOOD + 'zone = "other.example"', "acmestatus.net is not in the zone other.example"),
        (GOOD + "timeout = 1", "zone.timeout: should be greater than or equal to 3"),
        (GOOD + "ttl = 0", "zone.ttl: should be greater than or equal to 1"),
        (GOOD.replace("AcmeStatus.net.", "https://acmestatus.net"), "zone.name: should be a name of the DNS"),
    ],
)
def test_a_mistake_is_told_with_advice(table: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path, table)
    assert said in str(caught.value)
