"""What must be done so that a host holds what it should: compare its manifest with ours, or refuse."""

from dataclasses import dataclass

from lightship.core.signed import Manifest


@dataclass(frozen=True, slots=True)
class Plan:
    """Paths to write, and paths to remove afterwards. Months are compared by their lists' hashes, paths in them alike."""

    puts: tuple[str, ...]
    drops: tuple[str, ...]

    @property
    def empty(self) -> bool:
        return not self.puts and not self.drops


@dataclass(frozen=True, slots=True)
class Refused:
    """The host holds what another desk said and ours has not heard: publishing there would take it back."""

    held: Manifest
    ours: Manifest

    def __str__(self) -> str:
        why = "newer than ours" if self.held.rank > self.ours.rank else "which we have not heard"
        return f"it holds revision {self.held.revision} of epoch {self.held.epoch}, {why}: another desk speaks there"


def refusal(ours: Manifest, held: Manifest | None) -> Refused | None:
    """The only reason not to publish over a manifest of the same page: it has words that ours does not contain."""
    return None if held is None or ours.contains(held) else Refused(held, ours)


def compare(desired: dict[str, str], held: dict[str, str]) -> Plan:
    """Both map path -> SHA-256; the plan keeps `desired`'s order, which is the order of writing."""
    puts = tuple(path for path, digest in desired.items() if held.get(path) != digest)
    return Plan(puts, tuple(path for path in held if path not in desired))
