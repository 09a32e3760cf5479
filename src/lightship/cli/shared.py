"""What commands share: the configuration, common options, refusals and answers."""

import contextlib
import getpass
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lightship import channels, hosts, zones
from lightship.config import Config, ConfigError, PageConfig, config_path, find_config, load
from lightship.vault import Key, VaultError, key_in

if TYPE_CHECKING:
    from lightship.publishing.verify import Verifier
    from lightship.store.models import Page


ROOMS = {"hosts": hosts.find, "zones": zones.find, "channels": channels.find}


class Refused(Exception):
    """A command will not or cannot do it; the message says why, and what to do."""


@dataclass(frozen=True)
class App:
    """The environment, and the options that many commands have. `seconds`: for one answer of a host."""

    config_path: str | None
    env: Mapping[str, str]
    seconds: float = 15.0
    slug: str | None = None
    as_json: bool = False

    def reader(self) -> "Verifier":
        from lightship.publishing.verify import Verifier  # not every command reads the web, and TLS takes a while to load

        return Verifier(self.seconds)

    @property
    def path(self) -> Path:
        """Where lightship.toml is, or is to be."""
        return config_path(self.config_path, self.env)

    def config(self, without: Collection[str] = (), *, witness: bool = False) -> Config:
        """`without`: see config.load. `witness`: only a witness needs to know which one it is."""
        spared = frozenset(without) if witness else frozenset(without) | {"witness"}
        return load(find_config(self.config_path, self.env), self.env, ROOMS, spared)

    def readable(self, *attempts: Collection[str]) -> Config:
        """As much of the file as this machine can read: the first attempt that works. A witness has no private key, and a
        desk's file may have no public one."""
        errors = []
        for without in attempts:
            try:
                return self.config(without)
            except ConfigError as error:
                errors.append(error)
        raise min(errors, key=lambda error: len(error.faults))

    def desk(self) -> Config:
        """The configuration, with Django set up for its database."""
        from lightship.store.settings import configure  # only commands of the desk may load Django

        config = self.config()
        configure(config)
        return config

    def page(self) -> "tuple[PageConfig, Page]":
        """A page's configuration and its row."""
        config = self.desk()
        from lightship.store.models import Page  # after Django is set up

        page = config.page(self.slug)
        row = Page.objects.filter(slug=page.slug).first()
        if row is None:
            raise Refused(f"page {page.slug!r} is in {config.path} but not in the database: run `lightship init`")
        return page, row

    def say(self, message: str, facts: Mapping[str, Any] | list[Any], *, failed: bool = False) -> None:
        """Print for a person, or for a machine. Exit status 1 where it failed."""
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2, default=str) if self.as_json else message)
        if failed:
            raise click.exceptions.Exit(1)


@contextlib.contextmanager
def refusing(*errors: type[Exception]) -> Iterator[None]:
    """An error of a room below becomes the command's refusal."""
    try:
        yield
    except errors as error:
        raise Refused(str(error)) from error


def refuse_unknown(noun: str, names: Collection[str], known: Collection[str]) -> None:
    if unknown := set(names) - set(known):
        raise Refused(f"there is no {noun} {', '.join(sorted(unknown))}; there is {', '.join(known) or 'none'}")


def read_key(source: str) -> Key:
    """The recovery key in a file; `-`: from whoever sits here."""
    with refusing(VaultError):
        return key_in(click.prompt("Recovery key", err=True) if source == "-" else Path(source).read_text("utf-8"))


def who_types() -> str:
    """Empty where this machine has no name for the user, as in containers: that must stop nobody from posting."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""


def utc_now() -> datetime:
    return datetime.now(UTC)


def into_app(context: click.Context, option: click.Parameter, value: Any) -> None:
    """An option's callback: a command, and those below it, find the value in their App."""
    context.obj = replace(context.ensure_object(App), **{str(option.name): value})


pass_app = click.make_pass_decorator(App)
page_option = click.option(
    "--page", "slug", metavar="SLUG", help="Which page, where there are several.", expose_value=False, callback=into_app
)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.", expose_value=False, callback=into_app)
