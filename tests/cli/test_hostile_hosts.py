"""A host that sends its head a byte at a time holds up no command: each ends in its deadline, and says which host it was."""

from pathlib import Path
from time import monotonic

import click
import pytest
from click.testing import CliRunner
from tests.net.hostile import DRIPPING_HEAD, harming

from lightship.cli import Lazy, lightship
from lightship.cli.shared import App, Refused

pytestmark = pytest.mark.slow

TOML = """
[desk]
url = "http://127.0.0.1:1"
database = "sqlite:///desk.sqlite3"
secret = "forty letters that are the secret of a desk"
[pages.acme]
url = "{url}"
key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
[pages.acme.hosts.vienna]
url = "{url}"
"""
FOLDER = 'kind = "folder"\npath = "www"\n'
BUCKET = 'kind = "object_store"\nstore = "s3://acme"\nkey = { env = "ACME_KEY" }\n'
"""Its key is not here, so that break-glass must read it as strangers do."""


@pytest.mark.parametrize(
    "words",
    [
        "breakglass show",
        "breakglass post Webmail",
        "hosts check",
        "hosts check --whole",
        "doctor --all --rdap {url}",
        "restore {url}",
    ],
)
def test_a_dripping_host_is_named_in_time(words: str, tmp_path: Path) -> None:
    with harming(DRIPPING_HEAD) as port:
        url = f"http://127.0.0.1:{port}"
        config = tmp_path / "lightship.toml"
        if not words.startswith("restore"):
            config.write_text(TOML.format(url=url) + (BUCKET if words.startswith("breakglass") else FOLDER))
        name, *rest = words.format(url=url).split()
        command = Lazy().get_command(click.Context(lightship), name)
        assert command
        started = monotonic()
        answer = CliRunner().invoke(command, rest, obj=App(str(config), {}, seconds=0.8))
        took = monotonic() - started
    told = answer.output + (str(answer.exception) if isinstance(answer.exception, Refused) else "")
    assert answer.exit_code == 1, told
    assert "vienna" in told or url in told
    assert "s were over while waiting for /" in told
    assert took < 15
