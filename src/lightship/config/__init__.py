"""lightship.toml -> frozen values; the only reader of the environment."""

from collections.abc import Mapping
from pathlib import Path

from lightship.config.reading import Kinds, Reading
from lightship.config.toml import ConfigError, Fault, parse
from lightship.config.values import Config, Database, Desk, HostConfig, PageConfig, Pulse, Secret

__all__ = [
    "Config",
    "ConfigError",
    "Database",
    "Desk",
    "Fault",
    "HostConfig",
    "PageConfig",
    "Pulse",
    "Secret",
    "find_config",
    "load",
]


def find_config(option: str | None, env: Mapping[str, str]) -> Path:
    """The file that `--config` or LIGHTSHIP_CONFIG names, or ./lightship.toml. ConfigError if there is none."""
    path = Path(option or env.get("LIGHTSHIP_CONFIG") or "lightship.toml")
    if not path.is_file():
        raise ConfigError(
            [Fault(str(path), 0, "", "no such file; run `lightship init` to make one, or name yours with --config")]
        )
    return path


def load(path: Path, env: Mapping[str, str], kinds: Kinds) -> Config:
    """Read the file and all that it refers to, validate it whole. `kinds`: how to find a back-end's class by its kind,
    by room: `{"hosts": lightship.hosts.find}`. ConfigError with every fault at once."""
    try:
        document = parse(str(path), path.read_bytes())
    except OSError as error:
        raise ConfigError([Fault(str(path), 0, "", f"cannot be read: {error.strerror}")]) from error
    return Reading(document, path, path.parent.absolute(), env, kinds).config()
