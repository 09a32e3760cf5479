"""lightship.toml -> frozen values; the only reader of the environment."""

from collections.abc import Mapping
from pathlib import Path

from lightship.config.reading import load
from lightship.config.toml import ConfigError, Fault
from lightship.config.values import BackEndConfig, CertificateConfig, Config, HostConfig, PageConfig, Peer, WitnessConfig

__all__ = [
    "BackEndConfig",
    "CertificateConfig",
    "Config",
    "ConfigError",
    "Fault",
    "HostConfig",
    "PageConfig",
    "Peer",
    "WitnessConfig",
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
