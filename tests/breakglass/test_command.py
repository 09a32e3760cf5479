"""`lightship breakglass` in a terminal: no desk, no database, not every credential, and every mistake told in words."""

import base64
import contextlib
import http.server
import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from tests.breakglass.conftest import SEAL, MakeHost, book_now, desk_publishes, laptop_of, utc_now, words_on
from tests.publishing.hosts import Broken
from tests.publishing.test_verify import Answer, answering

from lightship.breakglass.pending import NAME
from lightship.cli.breakglass import became_words, insist_on_clock
from lightship.cli.shared import Refused
from lightship.hosts.folder import Folder
from lightship.publishing.verify import Verifier

TOML = """
[pages.acme]
url = "https://acme.example"
key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
[pages.acme.hosts.vienna]
kind = "folder"
path = "www"
url = "http://127.0.0.1:9"
[pages.acme.hosts.bucket]
kind = "object_store"
store = "s3://acme"
key = { env = "ACME_KEY" }
url = "http://127.0.0.1:9/bucket"
"""


def test_it_loads_no_django() -> None:
    words = "import lightship.cli.breakglass, sys; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", words], check=False).returncode == 0


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        ((), 1, "no host holds anything that can be believed:\n  vienna: nothing was ever published there\n  bucket: "),
        (("post", "Webmail is down"), 1, "the environment has no ACME_KEY; and as a stranger: "),
        (("--torn", "graz", "show"), 1, "there is no host graz; there is "),
        (("update",), 2, "Missing argument '[INCIDENT] BODY'"),
        (("update", "a", "b", "c"), 2, "put the text in quotes"),
    ],
)
def test_a_mistake_is_told_in_words(words: tuple[str, ...], status: int, told: str, tmp_path: Path) -> None:
    (tmp_path / "lightship.toml").write_text(TOML)
    command = [sys.executable, "-m", "lightship.cli", "breakglass", *words]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert answer.returncode == status
    assert told in answer.stderr
    assert answer.stdout == ""
    assert not (tmp_path / "breakglass.jsonl").exists()


def saying(minutes: int, age: int = 0) -> Answer:
    """A host whose clock is so far ahead, behind a cache that has the answer for so many seconds."""

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response_only(200)
        handler.send_header("Date", format_datetime(utc_now() + timedelta(minutes=minutes, seconds=-age), usegmt=True))
        handler.send_header("Age", str(age))
        handler.end_headers()

    return answer


@pytest.mark.parametrize(
    ("hosts", "words"),
    [
        ((saying(120),), "120 minutes behind what every host"),
        ((saying(-60), saying(-90)), "60 minutes ahead of what every host"),
        ((saying(120), saying(1)), ""),
        ((saying(0, age=3600),), ""),
        ((), ""),
    ],
    ids=["behind", "ahead", "one agrees", "a cache", "nobody answers"],
)
def test_a_clock_that_every_host_contradicts_keeps_words_from_being_dated_wrongly(hosts: Sequence[Answer], words: str) -> None:
    with contextlib.ExitStack() as stack:
        urls = [stack.enter_context(answering(answer)) for answer in hosts]
        try:
            insist_on_clock([*urls, "http://127.0.0.1:9"], Verifier())
        except Refused as refused:
            assert words and words in str(refused)
        else:
            assert not words


def test_where_nothing_can_be_kept_it_is_spoken_all_the_same_and_that_is_told(
    vienna: Folder, oslo: Folder, tmp_path: Path
) -> None:
    desk_publishes(book_now(), vienna, oslo)
    alice = laptop_of(tmp_path / "a", [vienna, Broken("oslo", oslo.url)])
    pending_log = replace(alice.glass.pending_log, path=tmp_path / "no-folder" / NAME)
    told = replace(alice, glass=replace(alice.glass, pending_log=pending_log)).posts("Webmail is down", "Sign-in fails.")
    assert {receipt.host: receipt.proven for receipt in told.receipts} == {"vienna": True, "oslo": False}
    assert "Not kept on this machine, only where it is proven" in became_words(told)
    assert str(pending_log.path) in became_words(told)
    assert laptop_of(tmp_path / "b", [vienna, oslo], name="bob").publishes().proven
    assert "Sign-in fails." in words_on(oslo)


def spoken(config: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lightship.cli", "--config", str(config), "breakglass", "--as", "bob", "post", "Webmail"]
    return subprocess.run([*command, *more], capture_output=True, text=True, check=False)


def test_what_is_vague_is_posted_for_a_reason_only_and_the_reason_is_recorded(make_host: MakeHost, tmp_path: Path) -> None:
    oslo = make_host("oslo")
    desk_publishes(book_now(), oslo)
    key = base64.b64encode(SEAL.seed).decode()
    hosts = f'[pages.harbour.hosts.oslo]\nkind = "folder"\npath = "{oslo.path}"\nurl = "{oslo.url}"\n'
    config = tmp_path / "lightship.toml"
    config.write_text(f'[pages.harbour]\nurl = "https://harbour.example"\nkey = "{key}"\n{hosts}')
    refused = spoken(config, "We are looking into an issue.")
    assert refused.returncode == 1 and "Vague: " in refused.stderr and "--vague-because REASON" in refused.stderr
    assert not (tmp_path / NAME).exists()
    posted = spoken(config, "We are looking into an issue.", "--vague-because", "first word")
    assert posted.returncode == 0, posted.stderr
    assert "Posted though it is vague, because: first word" in posted.stdout
    assert '"vague_because":"first word"' in (tmp_path / NAME).read_text()
    clear = spoken(
        config, "Sign-in fails with 503 for all customers since 13:41 UTC.", "--vague-because", "not needed", "--json"
    )
    assert json.loads(clear.stdout)["clarity"]["verdict"] == "definitive"
    assert "not needed" not in (tmp_path / NAME).read_text()
