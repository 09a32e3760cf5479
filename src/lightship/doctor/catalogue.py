"""Every check of the doctor, from catalogue.toml. docs/operate/doctor.md is the same list for people."""

import tomllib
from collections.abc import Mapping
from importlib import resources

from lightship.doctor.finding import Check, Severity

# Read at import, for it takes 2 ms and whoever imports the doctor needs it.
_CATALOGUE = tomllib.loads(resources.files(__package__).joinpath("catalogue.toml").read_text("utf-8"))
GROUPS: Mapping[str, str] = _CATALOGUE["groups"]
CHECKS: Mapping[str, Check] = {
    f"{group}.{word}": Check(id=f"{group}.{word}", **{**fields, "severity": Severity(fields["severity"])})
    for group in GROUPS
    for word, fields in _CATALOGUE[group].items()
}
