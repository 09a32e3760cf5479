"""What every kind of host promises, asked of each against a real server, as its readers see it. New kinds are found here
by themselves, and fail until tests/hosts/places.py has a real server for them."""

import asyncio
import contextlib
import gzip
import urllib.error
import urllib.request
from dataclasses import fields, is_dataclass, replace
from itertools import count
from typing import Any
from unittest.mock import ANY

import pytest
from pydantic import TypeAdapter
from tests.hosts.places import PLACES, Place
from tests.kills import fetched, killed, moments, rounds, watched

from lightship import hosts
from lightship.core.site.manifest import MANIFEST_PATH
from lightship.hosts import Conflict, File, Held, Host, HostError, content_type, find, kinds
from lightship.hosts.object_store import ObjectStore

PATHS = ("api/v2/status.json", "history/index.html", "feed.json", "history.atom", "maintenance.ics", "badge.svg", "index.html")


def _cases() -> list[Any]:
    needs = {kind: PLACES[kind][1] if kind in PLACES else () for kind in kinds()}
    return [pytest.param(kind, marks=[pytest.mark.server(name) for name in needs[kind]]) for kind in kinds()]


@pytest.fixture(params=_cases())
def place(request: pytest.FixtureRequest) -> Place:
    if request.param not in PLACES:
        pytest.fail(f"no real server for hosts of kind {request.param}: add one to tests/hosts/places.py")
    return PLACES[request.param][0](request)


@pytest.fixture
def host(place: Place) -> Host:
    return place.host


def page(content: str) -> bytes:
    """Long enough to be compressed, and and it shows when it is not whole."""
    return f"<title>{content}</title>{content * 100}<i>{content}</i>".encode()


def is_page(body: bytes) -> bool:
    content = body[7:].partition(b"</title>")[0].decode()
    return body == page(content)


def front(content: str, *, changed: bool = True) -> list[File]:
    return [File(path, page(f"{content} {path}"), changed) for path in PATHS]


def manifest(content: str) -> File:
    return File(MANIFEST_PATH, page(content))


def seen(host: Host, path: str) -> bytes | None:
    body, problem = fetched(f"{host.url}/{path}")
    assert problem in ("", "HTTP 404", "HTTP 403")
    return None if problem else body


def release(host: Host, content: str, expecting: Held | None = None) -> Held:
    asyncio.run(host.release(front(content), manifest(content), expecting))
    existing = asyncio.run(host.read(MANIFEST_PATH))
    assert existing is not None
    return existing


def assert_shows(host: Host, content: str) -> None:
    assert {path: seen(host, path) for path in PATHS} == {file.path: file.body for file in front(content)}


def test_the_class_of_a_kind_is_found_by_its_file(host: Host) -> None:
    assert type(host) in [find(kind) for kind in kinds()]


def test_what_was_never_put_is_not_there(host: Host) -> None:
    assert asyncio.run(host.read("index.html")) is None
    assert asyncio.run(host.read(MANIFEST_PATH)) is None


def test_a_file_is_read_back_and_seen_by_readers(host: Host) -> None:
    asyncio.run(host.put([File("incidents/x1/index.html", page("one")), File("empty.txt", b"")]))
    existing = asyncio.run(host.read("incidents/x1/index.html"))
    assert existing is not None
    assert existing.body == seen(host, "incidents/x1/index.html") == page("one")
    assert seen(host, "empty.txt") == b""


def test_a_file_is_replaced_whole_with_its_variants(host: Host) -> None:
    for body in (page("the first, which is longer"), page("second"), b"short"):
        asyncio.run(host.put([File("incidents/x1/index.html", body)]))
        assert seen(host, "incidents/x1/index.html") == body
        assert _decoded(f"{host.url}/incidents/x1/index.html") == body


def test_a_removed_file_is_gone_with_its_variants(host: Host) -> None:
    asyncio.run(host.put([File("incidents/x1/index.html", page("one")), File("incidents/x2/index.html", page("two"))]))
    asyncio.run(host.put([File("incidents/x1/index.html", None), File("never/was/here.html", None)]))
    assert seen(host, "incidents/x1/index.html") is None
    assert fetched(f"{host.url}/incidents/x1/index.html", **{"Accept-Encoding": "gzip"})[1]
    assert seen(host, "incidents/x2/index.html") == page("two")


def test_a_release_shows_every_file_with_its_content_type(host: Host) -> None:
    release(host, "one")
    assert_shows(host, "one")
    for path in PATHS:
        with urllib.request.urlopen(f"{host.url}/{path}") as response:
            assert response.headers.get_content_type() in (content_type(path).partition(";")[0], "application/json")


def test_the_next_release_replaces_it(host: Host) -> None:
    existing = release(host, "one")
    release(host, "two", existing)
    assert_shows(host, "two")
    assert seen(host, MANIFEST_PATH) == manifest("two").body


def test_unchanged_files_are_kept(host: Host) -> None:
    existing = release(host, "one")
    files = [*front("one", changed=False)[:-1], File("index.html", page("new"))]
    asyncio.run(host.release(files, manifest("two"), existing))
    assert seen(host, "index.html") == page("new")
    assert {path: seen(host, path) for path in PATHS[:-1]} == {path: page(f"one {path}") for path in PATHS[:-1]}
    assert _decoded(f"{host.url}/history/index.html") == page("one history/index.html")


def test_a_front_file_that_is_gone_leaves_when_it_is_dropped(host: Host) -> None:
    existing = release(host, "one")
    asyncio.run(host.release(front("two")[1:], manifest("two"), existing))
    asyncio.run(host.put([File(PATHS[0], None)]))
    assert seen(host, PATHS[0]) is None
    assert fetched(f"{host.url}/{PATHS[0]}", **{"Accept-Encoding": "gzip"})[1]
    assert seen(host, PATHS[1]) == page(f"two {PATHS[1]}")


def test_a_leaf_page_becomes_a_front_page_and_a_leaf_again(host: Host) -> None:
    asyncio.run(host.put([File("incidents/x1/index.html", page("leaf"))]))
    existing = release(host, "one")
    both = [File("incidents/x1/index.html", b"front"), *front("two")]
    asyncio.run(host.release(both, manifest("two"), existing))
    assert seen(host, "incidents/x1/index.html") == _decoded(f"{host.url}/incidents/x1/index.html") == b"front"
    asyncio.run(host.put([File("incidents/x1/index.html", page("leaf again"))]))
    release(host, "three", asyncio.run(host.read(MANIFEST_PATH)))
    assert seen(host, "incidents/x1/index.html") == page("leaf again")


def test_a_stale_publisher_is_refused_and_nothing_changes(host: Host) -> None:
    first = release(host, "one")
    release(host, "two", first)
    for stale in (first, None):
        with pytest.raises(Conflict):
            asyncio.run(host.release(front("stale"), manifest("stale"), stale))
    assert_shows(host, "two")
    assert seen(host, MANIFEST_PATH) == manifest("two").body


def test_the_error_of_a_host_that_is_dead_or_refuses_us_says_what_is_wrong(place: Place) -> None:
    attempts = [host.put(front("one")) for host in (place.dead, place.refused)]
    for attempt in (*attempts, place.dead.release(front("one"), manifest("one"), None)):
        with pytest.raises(HostError) as caught:
            asyncio.run(attempt)
        assert len(str(caught.value)) > 30
        assert "Errno" not in str(caught.value).partition(":")[0]


def test_a_path_outside_the_site_is_refused(host: Host) -> None:
    with pytest.raises(HostError):
        asyncio.run(host.put([File("../outside.html", b"x")]))


def test_a_killed_publisher_leaves_whole_pages_and_the_next_run_repairs(host: Host) -> None:
    release(host, "start")
    with watched(f"{host.url}/index.html", is_page) as reader:
        for number, moment in enumerate(moments(rounds(10), longest=0.5)):
            killed(release_forever, (host, number), moment)
            repair(host, f"repair {number}")
            assert_shows(host, f"repair {number}")
    assert reader.torn == []
    assert reader.seen > 0


def repair(host: Host, content: str) -> None:
    """The next run. What the dead publisher had sent may still arrive, after we read: then the run after it."""
    for _ in range(5):
        with contextlib.suppress(Conflict):
            release(host, content, asyncio.run(host.read(MANIFEST_PATH)))
            return
    pytest.fail("five runs in a row were refused")


def release_forever(ready: Any, host: Host, seed: int) -> None:
    async def run() -> None:
        ready.set()
        for number in count():
            content = f"killed {seed} {number}"
            await host.put([File("incidents/x1/index.html", page(content))])
            await host.release(front(content), manifest(content), await host.read(MANIFEST_PATH))

    asyncio.run(run())


def test_the_vault_is_read_back_and_no_reader_reaches_it(place: Place) -> None:
    vault = place.host.vault_place()
    assert vault is not None, "its test place has one"
    assert asyncio.run(vault.read("index")) is None
    asyncio.run(vault.put([File("index", page("secret")), File("parts/ab/abcd", bytes(range(256)))]))
    release(place.host, "one")
    for path, body in {"index": page("secret"), "parts/ab/abcd": bytes(range(256))}.items():
        assert asyncio.run(vault.read(path)) == Held(body, ANY)
        for url in place.prying:
            with contextlib.suppress(urllib.error.HTTPError), urllib.request.urlopen(f"{url}/{path}") as response:
                assert body not in response.read(), f"{url}/{path}"
    assert_shows(place.host, "one")
    asyncio.run(vault.put([File("parts/ab/abcd", None)]))
    assert asyncio.run(vault.read("parts/ab/abcd")) is None


def test_the_vault_lies_outside_of_what_readers_reach(place: Place) -> None:
    inside = place.host.store if isinstance(place.host, ObjectStore) else place.host.path  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="vault lies inside"):
        replace(place.host, vault=type(inside)(f"{inside}/below"))  # type: ignore[type-var]


def test_a_killed_publisher_leaves_the_vault_whole(host: Host) -> None:
    for number, moment in enumerate(moments(rounds(5), longest=0.3)):
        killed(fill_vault_forever, (host, number), moment)
        vault = host.vault_place()
        assert vault is not None
        existing = asyncio.run(vault.read("index"))
        assert existing is None or is_page(existing.body)


def fill_vault_forever(ready: Any, host: Host, seed: int) -> None:
    async def run() -> None:
        vault = host.vault_place()
        assert vault is not None
        for number in count():
            await vault.put([File("index", page(f"killed {seed} {number}"))])
            ready.set()

    asyncio.run(run())


def test_a_kind_is_its_own_configuration(host: Host) -> None:
    assert is_dataclass(host)
    settings = {setting.name: getattr(host, setting.name) for setting in fields(host)}
    assert TypeAdapter(type(host)).validate_python(settings) == host


def _decoded(url: str) -> bytes:
    """As a browser gets it, that takes gzip."""
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})) as response:
        body: bytes = response.read()
        return gzip.decompress(body) if response.headers["Content-Encoding"] == "gzip" else body


def test_what_is_longer_than_anything_we_put_is_not_read(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(host.put([File("a.txt", bytes(100)), File("empty.txt", b"")]))
    monkeypatch.setattr(hosts, "LONGEST", 100)
    assert [existing and existing.body for existing in (read(host, "a.txt"), read(host, "empty.txt"))] == [bytes(100), b""]
    monkeypatch.setattr(hosts, "LONGEST", 99)
    with pytest.raises(HostError, match=r"a\.txt has 100 bytes, which is more than we ever put there"):
        read(host, "a.txt")


def read(host: Host, path: str) -> Held | None:
    return asyncio.run(host.read(path))
