"""What a host claims: signed, read back whole, and refused where one byte or the key is another."""

import hashlib
import hmac
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lightship.core.site.manifest import (
    Manifest,
    NotOurs,
    Pulse,
    manifest_in,
    manifest_out,
    month_list_in,
    month_list_out,
    pulse_in,
    pulse_out,
)
from lightship.core.wire import WireError

AT = datetime(2024, 5, 1, 10, 0, 0, 123_000, UTC)
MANIFEST = Manifest(
    page="acmepage0001", revision=7, epoch=2, at=AT, build="b1", files={"index.html": "aa"}, months={"2024-05": "bb"}
)
PULSE = Pulse(page="acmepage0001", revision=7, epoch=2, at=AT, seconds=300, next_update=AT)
KEY = b"k" * 32


def sign(message: bytes) -> bytes:
    """Stands in for Ed25519: core knows of a signature only that it is bytes over a message."""
    return hmac.digest(b"alice", message, hashlib.sha256)


def verify(message: bytes, signature: bytes) -> bool:
    return hmac.compare_digest(sign(message), signature)


def test_a_manifest_comes_back_as_it_was() -> None:
    assert manifest_in(manifest_out(MANIFEST, sign, KEY), verify) == MANIFEST


def test_a_manifest_tells_whom_it_has_heard() -> None:
    vector = replace(MANIFEST, vector={1: 6, 3: 9})
    assert manifest_in(manifest_out(vector, sign, KEY), verify) == vector


@pytest.mark.parametrize("pulse", [PULSE, replace(PULSE, next_update=None)])
def test_a_pulse_comes_back_as_it_was(pulse: Pulse) -> None:
    assert pulse_in(pulse_out(pulse, sign, KEY), verify) == pulse


def test_a_month_list_comes_back_as_it_was() -> None:
    assert month_list_in(month_list_out("2024-05", {"a": "b"})) == {"a": "b"}


@pytest.mark.parametrize(("old", "new"), [(b'"revision":7', b'"revision":8'), (b'"aa"', b'"ab"'), (b'"epoch":2', b'"epoch":3')])
def test_a_changed_claim_is_not_ours(old: bytes, new: bytes) -> None:
    body = manifest_out(MANIFEST, sign, KEY)
    assert old in body
    with pytest.raises(NotOurs, match=r"manifest\.json is not signed with this page's key"):
        manifest_in(body.replace(old, new), verify)


def test_another_key_is_not_ours() -> None:
    with pytest.raises(NotOurs):
        pulse_in(pulse_out(PULSE, lambda message: b"mallory", KEY), verify)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"format":"lightship-manifest/1"}', month_list_out("2024-05", {})])
def test_what_is_no_manifest_is_an_error_but_not_anothers(body: bytes) -> None:
    with pytest.raises(WireError) as caught:
        manifest_in(body, verify)
    assert not isinstance(caught.value, NotOurs)


def test_a_pulse_is_no_manifest_though_the_key_is_ours() -> None:
    with pytest.raises(WireError, match="is not of the format"):
        manifest_in(pulse_out(PULSE, sign, KEY), verify)


def test_an_epoch_outranks_any_revision() -> None:
    assert replace(MANIFEST, epoch=3, revision=1).version > MANIFEST.version
    assert replace(MANIFEST, revision=8).version > MANIFEST.version
