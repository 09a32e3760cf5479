"""What a draft lacks: which facts its words state, whether it is vague, and what to ask its author. It never blocks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lightship.core.model import Facts, Incident, Status
from lightship.core.updates import NO_FACTS


class Verdict(StrEnum):
    VAGUE = "vague"
    ACCEPTABLE = "acceptable"
    DEFINITIVE = "definitive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An update before it is posted. `components`: names of those that its author ticked; `all_components`: of the page.
    `working`: names of those that work now. `before`: the incident so far, with earlier updates and promises. `language`: of
    the text, as in "en"."""

    body: str
    status: Status
    facts: Facts = NO_FACTS
    components: tuple[str, ...] = ()
    all_components: tuple[str, ...] = ()
    working: tuple[str, ...] = ()
    before: Incident | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Finding:
    """`kind`: such as "missing scope", "repeated", "blame". `message`: one line that says what and names the words it saw.
    `question`: what to ask the author. `field`: the fact that answers it, if one does."""

    kind: str
    message: str
    question: str = ""
    field: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`facts`: by the keys of docs/reference/clarity.md; true, false, or a word for workaround and next_update."""

    verdict: Verdict
    facts: Mapping[str, bool | str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
