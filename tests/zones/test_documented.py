"""What docs/operate/name-servers.md tells operators to write and to run, written and run, with paths moved into a folder."""

import re
import sqlite3
import subprocess
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests import name_servers, servers

from lightship.zones import Sets, ZoneError
from lightship.zones.rfc2136 import TsigKey

PAGE = Path(__file__).parents[2] / "docs" / "operate" / "name-servers.md"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
ROOT_ONLY = re.compile(r"^(chown .*|    user: .*)$", re.MULTILINE)
DATABASE = "var/lib/powerdns/pdns.sqlite3"
START: dict[str, tuple[str, ...]] = {
    "bind": ("-g", "-c", "{home}/etc/bind/named.conf"),
    "knot": ("-c", "{home}/etc/knot/knot.conf"),
    "powerdns": ("--config-dir={home}/etc/powerdns", "--daemon=no", "--guardian=no", "--socket-dir={home}/run"),
}
HEADINGS = {"bind": "BIND", "knot": "Knot", "powerdns": "PowerDNS"}


def section(heading: str) -> str:
    return PAGE.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def moved(text: str, home: Path, port: int) -> str:
    text = ROOT_ONLY.sub("", text)
    text = re.sub(r"(?<![\w/])/(etc|var|run)/", rf"{home}/\1/", text)
    text = text.replace("192.0.2.53", "127.0.0.1").replace("198.51.100.53", "127.0.0.2").replace("203.0.113.53", "127.0.0.3")
    text = text.replace("port 53", f"port {port}").replace("@53", f"@{port}").replace("local-port=53", f"local-port={port}")
    text = text.replace("options {", "options { pid-file none; session-keyfile none; lock-file none;")
    return text.replace("target: syslog", "target: stderr").replace("pdnsutil ", f"pdnsutil --config-dir={home}/etc/powerdns ")


def followed(heading: str, home: Path, port: int) -> None:
    """Every file is written where its first line says; then every command is run."""
    for folder in ("etc/bind", "etc/knot", "etc/powerdns", "var/lib/lightship", "var/lib/bind", "var/cache/bind", "run/knot"):
        (home / folder).mkdir(parents=True)
    for folder in ("var/lib/knot", "var/lib/powerdns"):
        (home / folder).mkdir()
    every = FENCE.findall(PAGE.read_text().partition("\n## ")[0] + section(heading))
    for language, text in every:
        if language != "sh":
            path = re.split(r"\s+", text, maxsplit=2)[1]
            (home / path.lstrip("/")).write_text(moved(text, home, port))
    (home / "etc/bind/named.conf").write_text("".join(f'include "{p}";' for p in (home / "etc/bind").glob("named.conf.*")))
    for language, text in every:
        if language == "sh":
            subprocess.run(["bash", "-euc", moved(text, home, port)], check=True, capture_output=True, cwd=home)


def secrets_of(home: Path) -> dict[str, str]:
    if (home / DATABASE).exists():
        with closing(sqlite3.connect(home / DATABASE)) as database:
            return dict(database.execute("select name, secret from tsigkeys"))
    text = "".join(path.read_text() for path in home.glob("etc/*/lightship.keys"))
    return dict(re.findall(r'(?:key "|id: )(\w+).*?secret:? "?([\w+/=]+)', text, re.DOTALL))


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=pytest.mark.server(kind)) for kind in name_servers.PRIMARIES])
def test_a_name_server_set_up_as_documented_takes_what_a_witness_writes_and_no_more(kind: str, tmp_path: Path) -> None:
    layout = name_servers.Layout(signed=True)
    followed(HEADINGS[kind], tmp_path, layout.port)
    command = [servers.needed(kind), *(word.format(home=tmp_path) for word in START[kind])]
    with servers.running(command, tmp_path, layout.port, ready=lambda: name_servers.answers(layout)):
        keys = {name: TsigKey(name=name, secret=secret) for name, secret in secrets_of(tmp_path).items()}
        assert keys.keys() == layout.keys.keys()
        for key in ("w1", "w2", "w3", "operator"):
            zone = replace(layout.zone(), key=keys[key])
            sets: Sets = {
                ("@", "A"): frozenset({"192.0.2.20"}),
                ("@", "AAAA"): frozenset({"2001:db8::20"}),
                ("_lease", "TXT"): frozenset({f"1 {key} {time.time()}"}),
                (f"{key if key != 'operator' else 'w1'}._vote", "TXT"): frozenset({"1790000000 11"}),
                ("_canary", "TXT"): frozenset({key}),
            }
            zone.set_records(zone.name, sets, expecting=zone.read(zone.name, sets))
            assert zone.read(zone.name, sets) == sets
        if kind != "powerdns":
            with pytest.raises(ZoneError, match="change these names and types"):
                replace(layout.zone(), key=keys["w1"]).set_records(
                    layout.name, {("w2._vote", "TXT"): frozenset({"x"})}, expecting={}
                )
        with pytest.raises(ZoneError):
            replace(layout.zone(), key=keys["transfer"]).set_records(
                layout.name, {("_lease", "TXT"): frozenset({"x"})}, expecting={}
            )
