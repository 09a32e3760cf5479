"""What only an object store does: it is asked whether it compares, and its own refusals are put into words."""

import asyncio
import logging
from dataclasses import replace

import obstore
import pytest
from tests import servers
from tests.hosts.places import store_place

from lightship.core.site.manifest import MANIFEST_PATH
from lightship.hosts import Conflict, File, Host, HostError
from lightship.hosts.object_store import Conditional, ObjectStore

MANIFEST = File(MANIFEST_PATH, b"one")


def bucket(store: servers.Store) -> ObjectStore:
    host: Host = store_place(store).host
    assert isinstance(host, ObjectStore)
    return host


def publish(host: ObjectStore, manifest: bytes, expecting: bytes | None) -> None:
    existing = asyncio.run(host.read(MANIFEST_PATH))
    assert (existing and existing.body) == expecting
    asyncio.run(host.release([File("index.html", manifest)], File(MANIFEST_PATH, manifest), existing))


@pytest.mark.server("rclone")
def test_a_store_that_ignores_conditions_is_found_out_and_logged_once(
    rclone: servers.Store, caplog: pytest.LogCaptureFixture
) -> None:
    host = bucket(rclone)
    with caplog.at_level(logging.WARNING):
        publish(host, b"one", None)
        publish(host, b"two", b"one")
    assert [record.getMessage() for record in caplog.records if "conditional_writes=ignored" in record.getMessage()] == [
        f"host=bucket store={host.store} conditional_writes=ignored instead=reread_before_write"
    ]


@pytest.mark.server("rclone")
def test_a_store_without_conditions_is_read_again_before_the_write(rclone: servers.Store) -> None:
    host = bucket(rclone)
    publish(host, b"one", None)
    first = asyncio.run(host.read(MANIFEST_PATH))
    publish(host, b"two", b"one")
    with pytest.raises(Conflict):
        asyncio.run(host.release([], File(MANIFEST_PATH, b"three"), first))
    assert asyncio.run(host.read(MANIFEST_PATH)) is not None


@pytest.mark.server("seaweedfs")
def test_a_store_that_compares_is_not_warned_of(seaweedfs: servers.Store, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        publish(bucket(seaweedfs), b"one", None)
    assert caplog.records == []


@pytest.mark.server("seaweedfs")
def test_the_probe_leaves_nothing_behind(seaweedfs: servers.Store) -> None:
    host = bucket(seaweedfs)
    publish(host, b"one", None)
    paths = {entry["path"] for entry in obstore.list(host._client).collect()}
    assert paths == {"index.html", MANIFEST_PATH}


@pytest.mark.server("seaweedfs")
def test_the_store_itself_refuses_of_two_publishers_at_once_one(seaweedfs: servers.Store) -> None:
    host = bucket(seaweedfs)
    publish(host, b"start", None)

    async def race() -> list[object]:
        existing = await host.read(MANIFEST_PATH)
        rivals = [host.release([File("index.html", body)], File(MANIFEST_PATH, body), existing) for body in (b"alice", b"bob")]
        return await asyncio.gather(*rivals, return_exceptions=True)

    results = asyncio.run(race())
    assert sum(isinstance(result, Conflict) for result in results) == 1


@pytest.mark.server("seaweedfs")
def test_never_asking_is_a_choice(seaweedfs: servers.Store, caplog: pytest.LogCaptureFixture) -> None:
    publish(replace(bucket(seaweedfs), conditional=Conditional.NEVER), b"one", None)
    assert caplog.records == []


@pytest.mark.server("seaweedfs")
def test_the_error_says_what_is_wrong(seaweedfs: servers.Store) -> None:
    host = bucket(seaweedfs)
    wrong = {
        "there is no bucket": replace(host, store="s3://nobodys/x"),
        "correct `key`": replace(host, key="AKIANOBODY"),
        "correct `secret`": replace(host, secret="wrong"),
        "is it up": replace(host, endpoint="http://127.0.0.1:1"),
    }
    for words, host in wrong.items():
        with pytest.raises(HostError, match=words):
            asyncio.run(host.read(MANIFEST_PATH))


@pytest.mark.parametrize("store", ["bucket", "https://bucket", "s3://"])
def test_an_address_that_is_no_store_is_refused(store: str) -> None:
    with pytest.raises(ValueError, match="s3://BUCKET"):
        ObjectStore("bucket", "http://bucket.test", store)


def test_secrets_are_not_shown() -> None:
    assert "hush" not in repr(ObjectStore("bucket", "http://bucket.test", "s3://bucket", key="k", secret="hush"))
