"""The doctor's data: how providers show, and every check that it makes (docs/operate/doctor.md lists them for people)."""

import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any

from lightship.doctor.finding import Check, Severity


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath(name).read_text("utf-8"))


# Read at import, for it takes 3 ms and whoever imports the doctor needs it.
PROVIDERS, _CATALOGUE = _read("providers.toml"), _read("catalogue.toml")
GROUPS: Mapping[str, str] = _CATALOGUE["groups"]
CHECKS: Mapping[str, Check] = {
    f"{group}.{word}": Check(id=f"{group}.{word}", **{**fields, "severity": Severity(fields["severity"])})
    for group in GROUPS
    for word, fields in _CATALOGUE[group].items()
}
