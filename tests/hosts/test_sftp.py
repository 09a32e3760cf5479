"""What only SFTP does: it pins the server's key, and speaks of users and keys."""

import asyncio
import os
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest
from tests import servers

from lightship.core.site.manifest import MANIFEST_PATH
from lightship.hosts import File, HostError
from lightship.hosts.sftp import Sftp

pytestmark = pytest.mark.server("sshd")


@pytest.fixture
def host(sshd: servers.Sshd, tmp_path: Path) -> Sftp:
    return Sftp(
        name="graz",
        url="http://graz.test",
        host="127.0.0.1",
        port=sshd.port,
        path=str(tmp_path / "site"),
        user=sshd.user,
        key=sshd.key,
        known_host=sshd.known_host,
    )


def refused(host: Sftp) -> HostError:
    with pytest.raises(HostError) as caught:
        asyncio.run(host.put([File("index.html", b"one")]))
    return caught.value


def new_key(folder: Path) -> tuple[str, str]:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "other"], check=True)
    return (folder / "other").read_text(), (folder / "other.pub").read_text()


def test_a_line_of_ssh_keyscan_is_taken_as_it_is(host: Sftp) -> None:
    asyncio.run(replace(host, known_host=f"[127.0.0.1]:{host.port} {host.known_host}\n").put([File("index.html", b"one")]))
    assert (Path(host.path) / "index.html").read_bytes() == b"one"


def test_a_server_with_another_key_is_refused(host: Sftp, tmp_path: Path) -> None:
    assert "another key than `known_host`" in str(refused(replace(host, known_host=new_key(tmp_path)[1])))


def test_a_key_that_the_server_does_not_know_is_an_error(host: Sftp, tmp_path: Path) -> None:
    assert "refuses the key" in str(refused(replace(host, key=new_key(tmp_path)[0])))


def test_a_key_that_is_none_is_an_error(host: Sftp) -> None:
    assert "not a key that can be read" in str(refused(replace(host, key="no key")))


def test_a_file_in_place_of_the_folder_is_an_error(host: Sftp) -> None:
    Path(host.path).write_text("")
    assert "cannot write below" in str(refused(host))


def test_what_killed_publishers_left_goes_when_it_is_old(host: Sftp) -> None:
    def release(content: bytes) -> None:
        existing = asyncio.run(host.read(MANIFEST_PATH))
        asyncio.run(host.release([File("index.html", content)], File(MANIFEST_PATH, content), existing))

    release(b"one")
    old, new = (Path(host.path) / ".lightship/scratch" / name for name in ("old", "new"))
    for folder, age in ((old, 3600), (new, 0)):
        folder.mkdir()
        (folder / "index.html").write_bytes(b"half")
        os.utime(folder, (time.time() - age,) * 2)
    release(b"two")
    assert (old.exists(), new.exists()) == (False, True)
    assert (Path(host.path) / "index.html").read_bytes() == b"two"


def test_a_host_without_its_key_is_not_one(host: Sftp) -> None:
    with pytest.raises(ValueError, match="ssh-keyscan -p"):
        replace(host, known_host="")


def test_secrets_are_not_shown(host: Sftp) -> None:
    assert "PRIVATE KEY" not in repr(host)
