"""`lightship breakglass` in a terminal: no desk, no database, not every credential, and every mistake told in words."""

import subprocess
import sys
from pathlib import Path

import pytest

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
