"""A Lightship's own state: read back whole, or refused with the file's name."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.importers.served import serving
from tests.sample import PAGE, a_component, an_incident, an_update

from lightship.core.model import (
    Change,
    ComponentStatus,
    Incident,
    Month,
    Status,
    StatusChange,
)
from lightship.core.site.manifest import MANIFEST_PATH, Manifest, manifest_out, month_list_out, month_list_path
from lightship.core.site.state import STATE_PATH, State, archive_out, archive_path, state_out
from lightship.core.wire import sha256
from lightship.importers import ImporterError
from lightship.net.client import PublicReader
from lightship.publishing.contents import contents_at, newest_first
from lightship.signing import SigningKey

SEAL = SigningKey(bytes(32))
AT = datetime(2024, 5, 1, 10, tzinfo=UTC)
API = a_component("API", at=AT, id="apicomponent")
TURN = StatusChange(AT, Change("apicomponent", "API", ComponentStatus.OPERATIONAL, ComponentStatus.DEGRADED), "turn00000001")


def incident(ident: str, status: Status) -> Incident:
    return an_incident("Hm", an_update("Hm.", status, at=AT, id=f"u{ident[1:]}"), id=ident, components=(API,))


OPEN, OVER = incident("incident0001", Status.IDENTIFIED), incident("incident0002", Status.RESOLVED)
STATE = State(revision=7, epoch=2, page=PAGE, groups=(), components=(API,), open=(OPEN,), months=("2024-05",))
MONTH = Month("2024-05", (OVER, OPEN), (TURN,))


def export() -> dict[str, bytes]:
    return {STATE_PATH: state_out(STATE), archive_path("2024-05"): archive_out(MONTH)}


def host(state: bytes | None = None, page: str = PAGE.id) -> dict[str, bytes]:
    files = export()
    shelf = month_list_out("2024-05", {archive_path("2024-05"): sha256(files[archive_path("2024-05")])})
    manifest = Manifest(
        page=page,
        revision=7,
        epoch=2,
        at=AT,
        build="b",
        files={STATE_PATH: sha256(files[STATE_PATH])},
        months={"2024-05": sha256(shelf)},
    )
    signed = manifest_out(manifest, SEAL.sign, SEAL.public)
    return {**files, STATE_PATH: state or files[STATE_PATH], month_list_path("2024-05"): shelf, MANIFEST_PATH: signed}


def laid(folder: Path, files: Mapping[str, bytes]) -> str:
    for path, body in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(body)
    return str(folder)


@pytest.mark.parametrize(("files", "notes"), [(export(), []), (host(), [MANIFEST_PATH])], ids=["export", "host"])
def test_a_folder_is_read_back_whole(tmp_path: Path, files: dict[str, bytes], notes: list[str]) -> None:
    taken = contents_at(laid(tmp_path, files), [], PublicReader())
    assert (taken.page, taken.components, taken.incidents, taken.status_changes) == (PAGE, (API,), (OPEN, OVER), (TURN,))
    assert (taken.revision, taken.epoch, len(taken.incidents)) == (7, 2, 2)
    assert [problem.where for problem in taken.problems] == notes


def test_a_host_is_read_over_the_web() -> None:
    with serving({f"/acme/{path}": body for path, body in host().items()}) as url:
        assert contents_at(f"{url}/acme/", [], PublicReader()).incidents == (OPEN, OVER)


SPOILT = [
    ({STATE_PATH: b"{}"}, "state.json is not what was signed"),
    ({STATE_PATH: state_out(replace(STATE, revision=8))}, "state.json is not what was signed"),
    ({STATE_PATH: state_out(replace(STATE, months=("../../x",)))}, "is not what"),
    (
        {archive_path("2024-05"): archive_out(replace(MONTH, status_changes=()))},
        "archive/2024-05.json is not what was signed",
    ),
    ({month_list_path("2024-05"): b"{}"}, "lightship/months/2024-05.json is not what was signed"),
    ({MANIFEST_PATH: b"?"}, "it names no key that it is signed with"),
    (host(page="otherpage001"), "state.json is of another page"),
]


@pytest.mark.parametrize(("spoilt", "why"), SPOILT, ids=[why for _, why in SPOILT])
def test_a_torn_or_foreign_host_is_refused(tmp_path: Path, spoilt: dict[str, bytes], why: str) -> None:
    with pytest.raises(ImporterError, match=why):
        contents_at(laid(tmp_path, {**host(), **spoilt}), [], PublicReader())


EXPORTS = [
    ({archive_path("2024-05"): archive_out(replace(MONTH, month="2024-06"))}, "2024-05.json holds another month, 2024-06"),
    ({archive_path("2024-05"): archive_out(Month("2024-05", (replace(OVER, id=OPEN.id),)))}, "holds an incident twice"),
    ({STATE_PATH: state_out(replace(STATE, months=("../../x",)))}, "names '../../x', which is no month"),
    (
        {STATE_PATH: state_out(replace(STATE, months=("2024-04",)))},
        "archive/2024-04.json is missing",
    ),
]


@pytest.mark.parametrize(("spoilt", "why"), EXPORTS, ids=[why for _, why in EXPORTS])
def test_a_spoilt_export_is_refused(tmp_path: Path, spoilt: dict[str, bytes], why: str) -> None:
    with pytest.raises(ImporterError, match=why):
        contents_at(laid(tmp_path, {**export(), **spoilt}), [], PublicReader())


def test_what_is_no_lightship_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImporterError, match="is not a Lightship"):
        contents_at(str(tmp_path), [], PublicReader())


def test_a_signature_that_does_not_hold_is_refused_though_nobody_knows_the_key(tmp_path: Path) -> None:
    forged = host()[MANIFEST_PATH].replace(b'"revision":7', b'"revision":8')
    with pytest.raises(ImporterError, match="is not signed"):
        contents_at(laid(tmp_path, {**host(), MANIFEST_PATH: forged}), [], PublicReader())


def test_with_the_page_s_key_an_export_and_another_s_signature_are_refused(tmp_path: Path) -> None:
    assert contents_at(laid(tmp_path / "ours", host()), [SEAL.public], PublicReader()).problems == ()
    with pytest.raises(ImporterError, match="which is not the page's key"):
        contents_at(str(tmp_path / "ours"), [SigningKey(bytes([7] * 32)).public], PublicReader())
    with pytest.raises(ImporterError, match="nothing was ever published there"):
        contents_at(laid(tmp_path / "export", export()), [SEAL.public], PublicReader())


def test_a_host_that_cannot_be_believed_is_named_beside_those_that_can() -> None:
    torn = {**host(), STATE_PATH: b"{}"}
    documents = {f"/{name}/{path}": body for name, files in (("a", torn), ("b", host())) for path, body in files.items()}
    with serving(documents) as url:
        states, why = newest_first([f"{url}/a", f"{url}/b/", f"{url}/b"], [SEAL.public], PublicReader())
    assert [state.host.url for state in states] == [f"{url}/b"]
    assert why == [f"{url}/a: {STATE_PATH} is not what was signed: torn in the middle of a publish, or changed by another hand"]
