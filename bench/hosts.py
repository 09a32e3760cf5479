"""The cost of a host beside the bare tools under it: ratios of medians, measured alternately in one run.

python -m bench.hosts
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import obstore
from botocore.config import Config
from obstore.store import S3Store
from tests import servers

from lightship.core.site.manifest import MANIFEST_PATH
from lightship.hosts import File
from lightship.hosts.folder import Folder, settle_tree
from lightship.hosts.object_store import ObjectStore

FILES = 40
ROUNDS = 25
CONCURRENCY = 40
PAUSE = 0.05
"""Seconds between measurements, so that work left over from one does not slow the next."""


def main() -> None:
    object_store()
    folder()


def object_store() -> None:
    if not servers.available("seaweedfs"):
        print(f"object_store: SeaweedFS is absent: {servers.remedy('seaweedfs')}")
        return
    with tempfile.TemporaryDirectory() as home, servers.seaweedfs(Path(home)) as store:
        ways = {"ours": _ours(store), "bare": _bare(store), "boto3": _boto3(store)}
        times = _alternately(ways)
    ours, bare, boto = (statistics.median(times[name]) for name in ("ours", "bare", "boto3"))
    print(
        f"object_store put {FILES} files to SeaweedFS: {ours / bare:.2f}x bare obstore, {ours / boto:.2f}x boto3 "
        f"({ours * 1000:.1f}, {bare * 1000:.1f}, {boto * 1000:.1f} ms; median of {ROUNDS}; at most 1.5x bare)"
    )


Way = Callable[[list[File]], None]


def _ours(store: servers.Store) -> Way:
    host = ObjectStore("bucket", "", f"s3://{store.bucket}/ours", store.endpoint, store.key, store.secret)
    return lambda files: asyncio.run(host.put(files))


def _bare(store: servers.Store) -> Way:
    client = S3Store(
        store.bucket,
        prefix="bare",
        endpoint=store.endpoint,
        access_key_id=store.key,
        secret_access_key=store.secret,
        region="us-east-1",
        client_options={"allow_http": True},
    )

    async def put(files: list[File]) -> None:
        slots = asyncio.Semaphore(CONCURRENCY)

        async def upload(file: File) -> None:
            async with slots:
                await obstore.put_async(client, file.path, file.body or b"", use_multipart=False)

        await asyncio.gather(*(upload(file) for file in files))

    return lambda files: asyncio.run(put(files))


def _boto3(store: servers.Store) -> Way:
    client = boto3.client(
        "s3",
        endpoint_url=store.endpoint,
        aws_access_key_id=store.key,
        aws_secret_access_key=store.secret,
        region_name="us-east-1",
        config=Config(max_pool_connections=CONCURRENCY, s3={"addressing_style": "path"}),
    )
    pool = ThreadPoolExecutor(CONCURRENCY)

    def upload(file: File) -> None:
        client.put_object(Bucket=store.bucket, Key=f"boto3/{file.path}", Body=file.body or b"")

    def put(files: list[File]) -> None:
        list(pool.map(upload, files))

    return put


def folder() -> None:
    """A release beside its floor: the same files in a new tree, syncfs, and the rename of a symlink."""
    with tempfile.TemporaryDirectory(dir=".") as home:
        root = Path(home).resolve()
        host = Folder("vienna", "", root / "site")
        # One event loop for all rounds, as in the worker: `release` returns before the old tree is removed.
        loop = asyncio.new_event_loop()

        def release(files: list[File]) -> None:
            async def run() -> None:
                await host.release(files, File(MANIFEST_PATH, os.urandom(4000)), await host.read(MANIFEST_PATH))

            loop.run_until_complete(run())

        times = _alternately({"ours": release, "floor": lambda files: _floor(root, files)})
    ours, floor = (statistics.median(times[name]) for name in ("ours", "floor"))
    print(
        f"folder release of {FILES} files: {ours / floor:.2f}x its floor, a new tree, syncfs and a switched symlink "
        f"({ours * 1000:.1f}, {floor * 1000:.1f} ms; median of {ROUNDS})"
    )


def _floor(root: Path, files: list[File]) -> None:
    tree, link = root / f"tree-{time.monotonic_ns()}", root / "link"
    for file in files:
        for ending, body in {"": file.body, **file.variants}.items():
            path = tree / f"{file.path}{ending}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body or b"")
    settle_tree(root)
    link.symlink_to(tree)
    link.replace(root / "current")


def _alternately(ways: dict[str, Way]) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(ROUNDS + 2):
        files = _files(number)
        for name, way in ways.items():
            time.sleep(PAUSE)
            started = time.perf_counter()
            way(files)
            # The first two rounds open connections.
            if number >= 2:
                times[name].append(time.perf_counter() - started)
    return times


def _files(number: int) -> list[File]:
    """Files compressed beforehand, so that only the host is measured."""
    files = [File(f"part{index % 10}/{index}.html", f"<p>update {number} of {index}".encode() * 300) for index in range(FILES)]
    assert all(len(file.variants) == 2 for file in files)
    return files


if __name__ == "__main__":
    main()
