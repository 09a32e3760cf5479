"""lightship.toml -> frozen values; the only reader of the environment."""

from collections.abc import Collection, Mapping
from pathlib import Path

from lightship.config.back_ends import Kinds
from lightship.config.fields import Database, Secret
from lightship.config.reading import read
from lightship.config.toml import ConfigError, Fault, parse
from lightship.config.values import (
    CertificateConfig,
    ChannelConfig,
    Config,
    Desk,
    HostConfig,
    PageConfig,
    Peer,
    Pulse,
    Vault,
    WitnessConfig,
    ZoneConfig,
)

__all__ = [
    "CertificateConfig",
    "ChannelConfig",
    "Config",
    "ConfigError",
    "Database",
    "Desk",
    "Fault",
    "HostConfig",
    "PageConfig",
    "Peer",
    "Pulse",
    "Secret",
    "Vault",
    "WitnessConfig",
    "ZoneConfig",
    "config_path",
    "find_config",
    "load",
]


def config_path(option: str | None, env: Mapping[str, str]) -> Path:
    """The file that `--config` or LIGHTSHIP_CONFIG names, or ./lightship.toml, whether or not it is there."""
    return Path(option or env.get("LIGHTSHIP_CONFIG") or "lightship.toml")


def find_config(option: str | None, env: Mapping[str, str]) -> Path:
    """As `config_path`. ConfigError if it is not there."""
    path = config_path(option, env)
    if not path.is_file():
        raise ConfigError(
            [Fault(str(path), 0, "", "no such file; run `lightship init` to make one, or name yours with --config")]
        )
    return path


def load(path: Path, env: Mapping[str, str], kinds: Kinds, without: Collection[str] = ()) -> Config:
    """Read the file and all that it refers to, validate it whole. `kinds`: how to find a back-end's class by its kind,
    by room: `{"hosts": lightship.hosts.find, "zones": …, "channels": …}`. ConfigError with every fault at once.

    `without`: what this machine need not have, so that one file serves everywhere. "desk": no desk, its database and its
    secret. "keys": no page's private key (`public` is there instead), and of hosts only where they are. "witness": which
    witness this machine is. "secrets": not every secret of hosts, zones and channels; a host that lacks one says so
    (`lacking`), zones and channels are left out."""
    try:
        document = parse(str(path), path.read_bytes())
    except OSError as error:
        raise ConfigError([Fault(str(path), 0, "", f"cannot be read: {error.strerror}")]) from error
    return read(document, path, env, kinds, frozenset(without))
