"""Updates of our own writing, with the facts that a reader could repeat. Not one of them was ever published."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lightship.core.clarity.verdict import ABSENT, GIVEN, NONE, verdict
from lightship.core.model import Status

LETTERS = {
    "A": "affected", "S": "symptom", "C": "scope", "T": "start_time", "R": "end_time", "D": "action", "E": "eta", "K": "cause",
    "G": "progress", "P": "apology", "X": "excuse",
}  # fmt: skip
STATUSES = {
    "inv": Status.INVESTIGATING, "ide": Status.IDENTIFIED, "mon": Status.MONITORING, "res": Status.RESOLVED,
}  # fmt: skip


@dataclass(frozen=True)
class Example:
    text: str
    status: Status
    facts: Mapping[str, bool | str]
    verdict: str
    language: str = "en"


def english() -> list[Example]:
    return _read("en")


def german() -> list[Example]:
    return _read("de")


def _read(language: str) -> list[Example]:
    """A line each: status, letters of its facts (W given, w none; N a time, n without one; - none of them), text."""
    examples = []
    for line in Path(__file__).with_name(f"examples_{language}.txt").read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        status, letters, text = line.split(" ", 2)
        facts: dict[str, bool | str] = {fact: letter in letters for letter, fact in LETTERS.items()}
        facts["workaround"] = GIVEN if "W" in letters else NONE if "w" in letters else ABSENT
        facts["next_update"] = "time" if "N" in letters else "vague" if "n" in letters else "absent"
        text = text.replace("\\n", "\n")
        examples.append(Example(text, STATUSES[status], facts, verdict(facts, STATUSES[status]).value, language))
    return examples
