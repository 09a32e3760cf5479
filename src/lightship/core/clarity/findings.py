"""What to say of a draft: one line for each lack and each fault, with the words it saw and the question to answer."""

from collections.abc import Iterator
from dataclasses import dataclass

LACKS = {
    "affected": ("Nothing says what is affected", "Which product, feature or part is it?", "components"),
    "symptom": ("Nothing says what customers see", "What does a customer see: an error, slowness, nothing at all?", "symptom"),
    "scope": ("Nothing says who is affected", "Who, where, how many? And who is not?", "scope"),
    "start_time": ("Nothing says since when", "When did it begin?", "since"),
    "end_time": ("Nothing says when it ended", "When did it work again?", "ended"),
    "action": ("Nothing says what is being done", "Which step is under way, or done?", "doing"),
    "workaround": ("Nothing says what customers can do meanwhile", "What can they do? Or is there nothing yet?", "workaround"),
    "next_update": ("No time of the next update", "When will you speak next?", "next_update"),
    "cause": ("No cause", "What caused it, and what prevents it from now on?", "cause"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """`kind`: such as "missing scope", "repeated", "blame". `message`: one line that says what and names the words it saw.
    `question`: what to ask the author. `field`: the fact that answers it, if one does."""

    kind: str
    message: str
    question: str = ""
    field: str = ""
    quote: str = ""


def lacking(names: tuple[str, ...], weak: dict[str, str]) -> Iterator[Finding]:
    """`weak`: fact -> the words that stand where it should, and do not state it."""
    for name in names:
        message, question, field = LACKS[name]
        quote = shortened(weak.get(name, ""))
        yield Finding(f"missing {name}", f"{message}: “{quote}” does not." if quote else f"{message}.", question, field, quote)


def shortened(text: str, most: int = 60) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rsplit(" ", 1)[0][: most - 1] + "…"
