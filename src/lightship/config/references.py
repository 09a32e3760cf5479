"""The references of lightship.toml, `{ env = "NAME" }` and `{ file = "PATH" }`, replaced by the values that they name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lightship.config.fields import Secret
from lightship.config.toml import Document, Fault, KeyPath, dotted


@dataclass
class References:
    """`secrets`: the value of each reference. `places`: where in the file references stand. `broken`: keys of those without."""

    document: Document
    base: Path
    env: Mapping[str, str]
    faults: list[Fault] = field(default_factory=list)
    places: set[KeyPath] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    secrets: dict[tuple[str, str], str] = field(default_factory=dict)

    def resolved(self, value: Any, at: KeyPath) -> Any:
        if isinstance(value, list):
            return [self.resolved(item, (*at, number)) for number, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if len(value) == 1 and isinstance(value.get("env"), str):
            name = value["env"]
            return self._value(at, ("env", name), self.env.get(name), f"the environment has no {name}")
        if len(value) == 1 and isinstance(value.get("file"), str):
            # The secret of a provider's host, zone or channel `init` cannot make.
            ours = at == ("desk", "secret") or (at[0] == "pages" and at[2:] in {("key",), ("certificate", "account")})
            return self._value(at, ("file", value["file"]), *self._text(self.base / value["file"], ours=ours))
        return {key: self.resolved(item, (*at, key)) for key, item in value.items()}

    def _value(self, at: KeyPath, reference: tuple[str, str], text: str | None, wrong: str) -> str:
        self.places.add(at)
        self.secrets[reference] = text or ""
        if text is None:
            fault = self.document.fault(at, wrong)
            self.broken.add(fault.key)
            self.faults.append(fault)
        return text or ""

    def _text(self, path: Path, *, ours: bool) -> tuple[str | None, str]:
        try:
            return path.read_text("utf-8").rstrip("\r\n"), ""
        except OSError as error:
            hint = "; `lightship init` makes it" if ours and path.parent == self.base / "keys" else ""
            return None, f"cannot read {path}: {error.strerror}{hint}"
        except UnicodeDecodeError:
            return None, f"cannot read {path}: not UTF-8 text"

    def besides(self, faults: Iterable[Fault]) -> list[Fault]:
        """Without those about the value of a broken reference: it has a fault of its own."""
        return [fault for fault in faults if fault.key not in self.broken or fault.what.startswith("unknown key")]

    def broken_in(self, at: KeyPath) -> bool:
        return any(key.startswith(dotted(at) + ".") for key in self.broken)

    def forgive(self, at: KeyPath) -> str:
        """What the table refers to and this machine lacks, as a message; it is no fault from now on."""
        lacking = [fault for fault in self.faults if fault.key.startswith(dotted(at) + ".")]
        self.faults = [fault for fault in self.faults if fault not in lacking]
        return "; ".join(fault.what for fault in lacking)

    def option(self, at: KeyPath, value: Any) -> Any:
        """A value as a back-end takes it: paths from the file's folder, and the value of a reference as a Secret."""
        if isinstance(value, Path):
            return self.base / value
        if isinstance(value, dict):
            return {key: self.option((*at, key), item) for key, item in value.items()}
        return Secret(value) if at in self.places and isinstance(value, str) else value
