"""dns-lexicon's own habits, on PowerDNS's real HTTP API."""

import secrets
import threading
from dataclasses import replace
from threading import Event

import pytest
from tests.name_servers import Layout

from lightship.zones import Conflict, ZoneError
from lightship.zones.lexicon import AT_ONCE, FLOORS, Lexicon

A, CNAME, TXT = ("@", "A"), ("@", "CNAME"), ("_lease", "TXT")
ONE, TWO = frozenset({"192.0.2.1"}), frozenset({"192.0.2.2", "192.0.2.3"})


@pytest.fixture
def zone(powerdns_api: tuple[Layout, str]) -> Lexicon:
    primary, url = powerdns_api
    auth = {"pdns_server": url, "auth_token": "a-secret-of-the-tests"}
    return Lexicon(name=f"{secrets.token_hex(6)}.{primary.name}", zone=primary.name, provider="powerdns", auth=auth)


@pytest.mark.server("powerdns")
def test_a_ttl_that_was_longer_becomes_ours(zone: Lexicon, powerdns_api: tuple[Layout, str]) -> None:
    long = replace(zone, ttl=86400)
    long.set_records(zone.name, {A: ONE}, expecting={})
    zone.set_records(zone.name, {A: TWO}, expecting={A: ONE})
    records = zone._open().list_records("A", zone.name)
    assert {record["ttl"] for record in records} == {60}
    assert zone.read(zone.name, [A]) == {A: TWO}


@pytest.mark.server("powerdns")
def test_what_comes_is_there_before_what_was_goes(zone: Lexicon, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name must not be empty between two requests: so the provider's own methods are watched."""
    zone.set_records(zone.name, {A: ONE}, expecting={})
    done: list[str] = []
    provider = type(zone._open())

    def watch(method: str) -> None:
        real = getattr(provider, method)

        def watched(self: object, *args: object, **options: object) -> object:
            done.append(method)
            return real(self, *args, **options)

        monkeypatch.setattr(provider, method, watched)

    watch("create_record")
    watch("delete_record")
    zone.set_records(zone.name, {A: TWO}, expecting={A: ONE})
    assert done == ["create_record", "create_record", "delete_record"]


@pytest.mark.server("powerdns")
def test_another_state_than_expected_is_a_conflict(zone: Lexicon) -> None:
    zone.set_records(zone.name, {A: ONE}, expecting={A: frozenset()})
    with pytest.raises(Conflict, match=r"is 192\.0\.2\.1, not nothing as expected"):
        zone.set_records(zone.name, {A: TWO}, expecting={A: frozenset()})
    assert zone.read(zone.name, [A]) == {A: ONE}


@pytest.mark.server("powerdns")
def test_what_is_not_as_it_was_made_is_told(zone: Lexicon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another writer, between our writing and our reading back."""
    real = Lexicon._change_set

    def last(self: Lexicon, provider: object, full: str, *change: object) -> None:
        real(self, provider, full, *change)  # type: ignore[arg-type]
        self._open().create_record("A", full, "192.0.2.99")

    monkeypatch.setattr(Lexicon, "_change_set", last)
    with pytest.raises(ZoneError, match="is not as it was made") as caught:
        zone.set_records(zone.name, {A: ONE}, expecting={})
    assert caught.value.unknown


@pytest.mark.server("powerdns")
def test_a_cname_that_lexicon_would_write_wrongly_is_refused_before_anything_goes(zone: Lexicon) -> None:
    zone.set_records(zone.name, {A: ONE}, expecting={})
    with pytest.raises(ZoneError, match=r"outside of acmestatus\.net wrongly for powerdns") as caught:
        zone.set_records(zone.name, {A: frozenset(), CNAME: frozenset({"pages.example.net"})}, expecting={A: ONE})
    assert caught.value.permanent
    assert zone.read(zone.name, [A]) == {A: ONE}
    inside = {A: frozenset[str](), CNAME: frozenset({f"h1.{zone.zone}"})}
    zone.set_records(zone.name, inside, expecting={A: ONE})
    assert zone.read(zone.name, inside) == inside


@pytest.mark.server("powerdns")
def test_a_text_with_quotation_marks_is_refused(zone: Lexicon) -> None:
    with pytest.raises(ZoneError, match="quotation marks") as caught:
        zone.set_records(zone.name, {TXT: frozenset({'"'})}, expecting={})
    assert caught.value.permanent


@pytest.mark.server("powerdns")
def test_a_provider_that_hangs_is_left(zone: Lexicon, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lexicon asks without a deadline."""
    monkeypatch.setattr("lightship.zones.lexicon.PATIENCE", 0.05)
    monkeypatch.setattr(Lexicon, "_open", lambda self: Event().wait())
    with pytest.raises(ZoneError, match="does not answer within") as caught:
        zone.set_records(zone.name, {A: ONE}, expecting={})
    assert caught.value.unknown


def made(provider: str, ttl: int = 60, **auth: str) -> Lexicon:
    return Lexicon(name="status.acme.example", zone="acme.example", provider=provider, ttl=ttl, auth=auth)


def test_the_provider_that_reports_denied_updates_as_done_is_refused() -> None:
    with pytest.raises(ValueError, match='use kind = "rfc2136"'):
        made("ddns")


@pytest.mark.parametrize("provider", ["auto", "localzone", "nobody"])
def test_a_provider_that_is_none_is_told_with_those_there_are(provider: str) -> None:
    with pytest.raises(ValueError, match=f"no provider '{provider}'; it has aliyun, "):
        made(provider)


@pytest.mark.parametrize("provider", FLOORS)
def test_a_provider_is_not_asked_for_a_ttl_that_it_does_not_serve(provider: str) -> None:
    floor = FLOORS[provider]
    assert made(provider, ttl=floor).ttl == floor
    with pytest.raises(ValueError, match=f"ttl must be {floor} or more with {provider}, not {floor - 1}"):
        made(provider, ttl=floor - 1)


def test_options_of_a_provider_are_not_shown() -> None:
    assert "hush" not in repr(made("gandi", ttl=300, auth_token="hush"))


def test_a_key_that_an_error_shows_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    def leak(self: Lexicon) -> None:
        raise OSError("no route to https://www.duckdns.org/update?token=a%2Fsecret+of+ours&x=a/secret of ours")

    monkeypatch.setattr(Lexicon, "_open", leak)
    with pytest.raises(ZoneError, match=r"token=\*\*\*&x=\*\*\*$") as caught:
        made("duckdns", auth_token="a/secret of ours").read("status.acme.example", [A])
    assert "secret" not in str(caught.value)


def test_a_provider_that_hangs_for_ever_keeps_only_so_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    over, zone = Event(), made("cloudflare", auth_token="t")
    monkeypatch.setattr("lightship.zones.lexicon.PATIENCE", 0.01)
    monkeypatch.setattr(Lexicon, "_open", lambda self: over.wait())
    before = threading.active_count()
    for _ in range(AT_ONCE):
        with pytest.raises(ZoneError, match="does not answer within"):
            zone.read(zone.name, [A])
    for _ in range(AT_ONCE):
        with pytest.raises(ZoneError, match="no more is asked"):
            zone.read(zone.name, [A])
    assert threading.active_count() <= before + AT_ONCE
    over.set()
