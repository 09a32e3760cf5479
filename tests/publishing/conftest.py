"""A folder that is served by the built-in host, as readers reach it."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests import servers

from lightship.hosts.folder import Folder

MakeHost = Callable[[str], Folder]


@pytest.fixture
def make_host(tmp_path: Path) -> Iterator[MakeHost]:
    """A new host of that name, answering until the test ends."""
    with contextlib.ExitStack() as stack:

        def make(name: str) -> Folder:
            port, root = servers.free_port(), tmp_path / name
            root.mkdir()
            command: list[str | Path] = [sys.executable, "-m", "lightship.hosts.serve", root, f"127.0.0.1:{port}"]
            stack.enter_context(servers.running(command, tmp_path, port))
            return Folder(name, f"http://127.0.0.1:{port}", root)

        yield make


@pytest.fixture
def vienna(make_host: MakeHost) -> Folder:
    return make_host("vienna")
