"""What every kind of zone promises, asked of each at a real provider (or a named fake). New kinds are found here by
themselves, and fail until tests/zones/places.py has a place for them."""

import secrets
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from pydantic import TypeAdapter
from tests.zones.places import PLACES, Case, Place

from lightship import zones
from lightship.config.kinds import kinds
from lightship.core.steering.records import POINTERS
from lightship.zones import Conflict, Key, Sets, Zone, ZoneError, find

KINDS = kinds(zones.__path__)
A, AAAA, CNAME, TXT = ("@", "A"), ("@", "AAAA"), ("@", "CNAME"), ("_lease", "TXT")
FIRST = {A: frozenset({"192.0.2.10"}), AAAA: frozenset({"2001:db8::10"})}
SECOND = {A: frozenset({"192.0.2.20"}), AAAA: frozenset({"2001:db8::20"})}


def _cases() -> list[Any]:
    homeless = [Case(kind, _no_place) for kind in KINDS if kind not in {case.kind for case in PLACES}]
    return [
        pytest.param(case, id=f"{case.kind}-{case.make.__name__}", marks=[pytest.mark.server(name) for name in case.needs])
        for case in (*PLACES, *homeless)
    ]


def _no_place(request: pytest.FixtureRequest) -> Place:
    pytest.fail("no provider, real or fake, for this kind of zone: add one to tests/zones/places.py")


@pytest.fixture(params=_cases())
def place(request: pytest.FixtureRequest) -> Place:
    case: Case = request.param
    return case.make(request)


@pytest.fixture
def zone(place: Place) -> Zone:
    return place.zone


@pytest.fixture
def able(place: Place) -> frozenset[str]:
    return frozenset(place.types)


@pytest.fixture
def comparing(zone: Zone) -> Zone:
    if not zone.atomic:
        pytest.skip("it does not compare and set at once, and says so")
    return zone


def only(able: frozenset[str], *types: str) -> None:
    if not able.issuperset(types):
        pytest.skip(f"holds no {', '.join(set(types) - able)}")


def pointed(zone: Zone, to: Sets, name: str | None = None) -> Sets:
    """Point it there from whatever is; what is read back."""
    name = name or zone.name
    zone.set_records(name, to, expecting=zone.read(name, to))
    return zone.read(name, to)


def test_the_class_of_a_kind_is_found_by_its_file(zone: Zone) -> None:
    assert type(zone) in [find(kind) for kind in KINDS]


def test_a_kind_is_its_own_configuration(zone: Zone) -> None:
    assert is_dataclass(zone)
    said = {setting.name: getattr(zone, setting.name) for setting in fields(zone) if setting.init}
    assert TypeAdapter(type(zone)).validate_python(said) == zone


def test_secrets_are_not_in_its_repr(place: Place) -> None:
    assert "secret=" not in repr(place.zone)
    assert "token=" not in repr(place.zone)
    assert "password=" not in repr(place.zone)


def test_what_was_never_pointed_is_empty(zone: Zone) -> None:
    assert zone.read(zone.name, POINTERS) == {key: frozenset() for key in POINTERS}


def test_what_is_pointed_is_read_back(zone: Zone) -> None:
    assert pointed(zone, FIRST) == FIRST
    assert pointed(zone, SECOND) == SECOND


def test_an_address_is_its_shortest_text_and_a_name_has_no_dot_and_no_capitals(zone: Zone, able: frozenset[str]) -> None:
    assert pointed(zone, {AAAA: frozenset({"2001:0DB8:0:0::00AB"})}) == {AAAA: frozenset({"2001:db8::ab"})}
    only(able, "CNAME")
    aside = f"aside.{zone.name}"
    assert pointed(zone, {CNAME: frozenset({"H1.Example.NET."})}, aside) == {CNAME: frozenset({"h1.example.net"})}


def test_a_wrong_expectation_changes_nothing(comparing: Zone) -> None:
    zone = comparing
    pointed(zone, FIRST)
    wrongs: list[Sets] = [SECOND, {A: frozenset()}, {A: FIRST[A], AAAA: frozenset()}, {AAAA: FIRST[AAAA] | SECOND[AAAA]}]
    for wrong in wrongs:
        with pytest.raises(Conflict):
            zone.set_records(zone.name, SECOND, expecting=wrong)
    assert zone.read(zone.name, FIRST) == FIRST


def test_who_read_before_another_wrote_loses(comparing: Zone) -> None:
    zone = comparing
    existing = zone.read(zone.name, FIRST)
    zone.set_records(zone.name, FIRST, expecting=existing)
    with pytest.raises(Conflict):
        zone.set_records(zone.name, SECOND, expecting=existing)
    assert zone.read(zone.name, FIRST) == FIRST


def test_an_expectation_may_be_of_sets_that_do_not_change(comparing: Zone, able: frozenset[str]) -> None:
    only(able, "TXT")
    zone = comparing
    record, vote = {TXT: frozenset({"1 w1 nonce"})}, {("w1._vote", "TXT"): frozenset({"1790000000 10"})}
    pointed(zone, {**FIRST, **record, **vote})
    with pytest.raises(Conflict):
        zone.set_records(zone.name, SECOND, expecting={**FIRST, **record, ("w1._vote", "TXT"): frozenset({"1790000000 11"})})
    zone.set_records(zone.name, SECOND, expecting={**FIRST, **record, **vote})
    every: Sets = {**SECOND, **record, **vote}
    assert zone.read(zone.name, every) == every


def test_addresses_and_texts_change_together_or_not_at_all(comparing: Zone, able: frozenset[str]) -> None:
    only(able, "TXT")
    zone = comparing
    before: Sets = {**FIRST, TXT: frozenset({"1 w1 nonce"})}
    after: Sets = {**SECOND, TXT: frozenset({"2 w2 other"})}
    pointed(zone, before)
    with pytest.raises(Conflict):
        zone.set_records(zone.name, after, expecting={**before, TXT: frozenset({"0 w9 older"})})
    assert zone.read(zone.name, before) == before
    zone.set_records(zone.name, after, expecting=before)
    assert zone.read(zone.name, after) == after


def test_an_empty_set_takes_it_away(zone: Zone) -> None:
    pointed(zone, FIRST)
    assert pointed(zone, {A: SECOND[A], AAAA: frozenset()}) == {A: SECOND[A], AAAA: frozenset()}
    assert pointed(zone, {A: frozenset(), AAAA: frozenset()}) == {A: frozenset(), AAAA: frozenset()}


def test_a_name_goes_from_addresses_to_another_name_and_back_at_once(zone: Zone, able: frozenset[str]) -> None:
    only(able, "CNAME")
    there: Sets = {A: frozenset(), AAAA: frozenset(), CNAME: frozenset({"pages.example.net"})}
    back: Sets = {**SECOND, CNAME: frozenset()}
    pointed(zone, {**FIRST, CNAME: frozenset()})
    assert pointed(zone, there) == there
    assert pointed(zone, back) == back


def test_a_canary_beside_the_name_touches_nothing_else(zone: Zone) -> None:
    pointed(zone, FIRST)
    canary = f"{secrets.token_hex(4)}.{zone.name}"
    assert pointed(zone, SECOND, canary) == SECOND
    assert zone.read(zone.name, FIRST) == FIRST
    assert pointed(zone, {A: frozenset(), AAAA: frozenset()}, canary) == {A: frozenset(), AAAA: frozenset()}


@pytest.mark.parametrize("text", ["", 'a "quoted" \\ text; with $IN (all)', "x" * 255, "y" * 700, "grüße"], ids=len)
def test_a_text_is_kept_byte_for_byte(place: Place, zone: Zone, able: frozenset[str], text: str) -> None:
    only(able, "TXT")
    if '"' in text and not place.quotes:
        pytest.skip("takes no quotation marks, and says so")
    if not text and not zone.holds_votes:
        pytest.skip("providers refuse empty texts")
    assert pointed(zone, {TXT: frozenset({text})}) == {TXT: frozenset({text})}
    if zone.atomic:
        zone.set_records(zone.name, {TXT: frozenset()}, expecting={TXT: frozenset({text})})


def test_several_values_are_one_set(zone: Zone, able: frozenset[str]) -> None:
    only(able, "TXT")
    key: Key = ("_acme-challenge", "TXT")
    both = frozenset({"first", "second"})
    assert pointed(zone, {key: both}) == {key: both}
    assert pointed(zone, {key: frozenset({"second"})}) == {key: frozenset({"second"})}


def test_the_ttl_is_as_configured_and_never_below_the_floor(place: Place) -> None:
    pointed(place.zone, FIRST)
    assert place.served_ttl(place.zone.name, A) == place.zone.ttl
    assert place.zone.ttl >= place.zone.floor


def test_a_provider_that_does_not_answer_is_told_in_words(place: Place) -> None:
    for attempt in (
        lambda: place.dead.read(place.dead.name, POINTERS),
        lambda: place.dead.set_records(place.dead.name, FIRST, expecting={}),
    ):
        with pytest.raises(ZoneError) as caught:
            attempt()
        assert not caught.value.permanent
        assert not isinstance(caught.value, Conflict)
        assert len(str(caught.value)) > 30


def test_a_provider_that_refuses_us_is_told_as_permanent(place: Place) -> None:
    with pytest.raises(ZoneError) as caught:
        place.refused.set_records(place.refused.name, FIRST, expecting={})
    assert caught.value.permanent
    assert not caught.value.unknown
    assert len(str(caught.value)) > 30
    assert place.zone.read(place.zone.name, FIRST) == {A: frozenset(), AAAA: frozenset()}
