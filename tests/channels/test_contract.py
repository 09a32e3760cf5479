"""What every kind of channel promises, asked of each against a real receiver. New kinds are found here by themselves, and
fail until tests/channels/places.py has a place for them."""

import secrets
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from pydantic import TypeAdapter
from tests.channels.places import PLACES, Place

from lightship.channels import Channel, ChannelError, Message, find, kinds

TEXT = "Host a stopped answering: 503 → it is gone.\n\n.\nA line with one dot is above, and this one is long: " + "wört " * 400


def _cases() -> list[Any]:
    needs = {kind: PLACES[kind][1] if kind in PLACES else () for kind in kinds()}
    return [pytest.param(kind, marks=[pytest.mark.server(name) for name in needs[kind]]) for kind in kinds()]


@pytest.fixture(params=_cases())
def place(request: pytest.FixtureRequest) -> Place:
    if request.param not in PLACES:
        pytest.fail(f"nowhere for messages of kind {request.param} to arrive: add a place to tests/channels/places.py")
    return PLACES[request.param][0](request)


@pytest.fixture
def channel(place: Place) -> Channel:
    return place.channel


def subject() -> str:
    return f"Acme's name now points at wien-höf {secrets.token_hex(4)}"


def test_the_class_of_a_kind_is_found_by_its_file(channel: Channel) -> None:
    assert type(channel) in [find(kind) for kind in kinds()]


def test_what_is_told_arrives_letter_by_letter(place: Place) -> None:
    line = subject()
    place.channel.tell(Message(subject=line, body=TEXT))
    assert place.came(line).strip() == TEXT.strip()


def test_who_is_named_in_the_message_is_told_instead(place: Place) -> None:
    line = subject()
    place.channel.tell(Message(subject=line, body="For you alone.", to=[place.other]))
    assert place.came(line).strip() == "For you alone."


def test_a_subject_is_one_line_whatever_is_in_it(place: Place) -> None:
    line = subject()
    place.channel.tell(Message(subject=f"{line}\r\nBcc: mallory@acmestatus.example", body="Wording."))
    assert place.came(f"{line} Bcc: mallory@acmestatus.example").strip() == "Wording."


def test_half_a_character_does_not_keep_a_message_back(place: Place) -> None:
    line = subject()
    place.channel.tell(Message(subject=line, body="A program said \udce4."))
    assert place.came(line).strip() == "A program said ?."


def test_a_dead_server_is_told_in_words_and_may_come_back(place: Place) -> None:
    with pytest.raises(ChannelError) as caught:
        place.dead.tell(Message(subject=subject(), body="Wording."))
    assert len(str(caught.value)) > 20
    assert not caught.value.permanent


def test_what_is_no_address_is_told_as_permanent(place: Place) -> None:
    with pytest.raises(ChannelError) as caught:
        place.channel.tell(Message(subject=subject(), body="Wording.", to=["nobody"]))
    assert caught.value.permanent


def test_an_address_is_checked_before_anybody_relies_on_it(place: Place) -> None:
    place.channel.check(place.other)
    for address in ("", "nobody", "two words"):
        with pytest.raises(ValueError, match="write one"):
            place.channel.check(address)


def test_a_kind_is_its_own_configuration(channel: Channel) -> None:
    assert is_dataclass(channel)
    said = {setting.name: getattr(channel, setting.name) for setting in fields(channel)}
    assert TypeAdapter(type(channel)).validate_python(said) == channel
