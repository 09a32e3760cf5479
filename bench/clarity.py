"""How well the clarity check agrees with a person who read the same updates, and how long it takes.

python -m bench clarity --labelled FILE: lines of JSON with text, status, verdict, facts (docs/reference/clarity.md). Without
it, the project's own English and German examples.
"""

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Any

from tests.core.clarity.examples import Example, english, german

from lightship.core.clarity import Draft, Report, check
from lightship.core.clarity.verdict import FLAGS, GIVEN, NONE
from lightship.core.model import Facts, Status

AT = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
SPLITS = 20
JUDGED: dict[str, Callable[[Mapping[str, Any]], bool]] = {
    **{key: itemgetter(key) for key in FLAGS},
    "workaround given": lambda facts: facts["workaround"] == GIVEN,
    "workaround none": lambda facts: facts["workaround"] == NONE,
    "next_update time": lambda facts: facts["next_update"] == "time",
    "next_update vague": lambda facts: facts["next_update"] == "vague",
}


@dataclass(frozen=True)
class Score:
    hit: int
    false: int
    missed: int

    @property
    def f1(self) -> float:
        return 2 * self.hit / (2 * self.hit + self.false + self.missed) if self.hit else 0.0

    def __str__(self) -> str:
        precision = self.hit / (self.hit + self.false) if self.hit else 0.0
        recall = self.hit / (self.hit + self.missed) if self.hit else 0.0
        return f"{precision:9.2f} {recall:6.2f} {self.f1:6.3f}"


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench clarity", description=__doc__.partition("\n")[0])
    parser.add_argument("--labelled", type=Path, help="labelled updates as JSON, one a line")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    options = parser.parse_args(arguments)
    if options.labelled:
        agreement(options.labelled.name, labelled(options.labelled))
    else:
        agreement("the project's own English examples", english())
        agreement("the project's own German examples", german())
    speed()


def labelled(path: Path) -> list[Example]:
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    statuses = {"update": Status.IDENTIFIED}
    return [
        Example(row["text"], statuses.get(row["status"]) or Status(row["status"]), row["facts"], row["verdict"])
        for row in rows
        if row.get("lang", "en") == "en"
    ]


def agreement(name: str, examples: Sequence[Example]) -> None:
    text = [check(_draft(example)) for example in examples]
    fields = [check(_draft(example, given=True)) for example in examples]
    vague = sum(example.verdict == "vague" for example in examples)
    print(f"{name}: {len(examples)} updates, {vague} of them vague")
    print(f"{'':20} {'from text':>9}  (precision, recall, F1)   {'facts given':>12}")
    for verdict in ("vague", "definitive"):
        truth = [example.verdict == verdict for example in examples]
        scores = [_score(truth, [report.verdict == verdict for report in reports]) for reports in (text, fields)]
        print(f"{verdict:20} {scores[0]}          {scores[1]}")
    for key, holds in JUDGED.items():
        truth = [holds(example.facts) for example in examples]
        scores = [_score(truth, [holds(report.facts) for report in reports]) for reports in (text, fields)]
        print(f"{key:20} {scores[0]}          {scores[1]}   ({sum(truth)})")
    baseline(examples)
    halves(examples, text)


def _draft(example: Example, *, given: bool = False) -> Draft:
    """`given`: with the fields of the form that its author would have filled: those facts that the label says it has. A fact
    that it lacks leaves its field empty, and then the text is read: so what the check sees wrongly still counts against it.
    There is no field for progress."""
    if not given:
        return Draft(body=example.text, status=example.status, language=example.language)
    has = example.facts
    facts = Facts(
        symptom="sign-in fails with error 503" if has["symptom"] else "",
        scope="customers in Europe" if has["scope"] else "",
        since=AT if has["start_time"] else None,
        ended=AT if has["end_time"] else None,
        doing="rolling back the release" if has["action"] else "",
        workaround="use the phone app" if has["workaround"] == GIVEN else "",
        no_workaround=has["workaround"] == NONE,
        next_update=AT if has["next_update"] == "time" else None,
        estimate=AT if has["eta"] else None,
        cause="a failed disk controller" if has["cause"] else "",
    )
    components = ("Webmail",) if has["affected"] else ()
    return Draft(
        body=example.text, status=example.status, language=example.language,
        facts=facts, components=components,
    )  # fmt: skip


def _score(truth: Sequence[bool], guess: Sequence[bool]) -> Score:
    pairs = list(zip(truth, guess, strict=True))
    return Score(pairs.count((True, True)), pairs.count((False, True)), pairs.count((True, False)))


def baseline(examples: Sequence[Example]) -> None:
    """What calling every text of up to so many words vague would give, with the number that suits these texts best."""
    truth = [example.verdict == "vague" for example in examples]
    lengths = [len(example.text.split()) for example in examples]
    best = max(range(1, 80), key=lambda most: _score(truth, [length <= most for length in lengths]).f1)
    score = _score(truth, [length <= best for length in lengths])
    print(f"{'short is vague':20} {score}   (up to {best} words, the best for these)")


def halves(examples: Sequence[Example], reports: Sequence[Report]) -> None:
    """The vague class in random halves: how far the figure depends on which texts there are."""
    dice, figures = random.Random(8), []
    pairs = [(example.verdict == "vague", report.verdict == "vague") for example, report in zip(examples, reports, strict=True)]
    for _ in range(SPLITS):
        dice.shuffle(pairs)
        for half in (pairs[: len(pairs) // 2], pairs[len(pairs) // 2 :]):
            truth, guess = zip(*half, strict=True)
            figures.append(_score(truth, guess).f1)
    low, *_, high = statistics.quantiles(figures, n=20)
    print(f"{'vague F1, halves':20} 5th to 95th percentile {low:.2f} to {high:.2f} of {len(figures)} random halves")


def speed() -> None:
    texts = [example.text for example in english()]
    rounds = 2 if "--quick" in sys.argv else 10
    short = _times([text for _ in range(rounds) for text in texts])
    dice, long = random.Random(8), []
    for _ in range(100 * rounds):
        words = " ".join(dice.sample(texts, 30)).split()
        long.append(" ".join(words[:300]))
    percentile = statistics.quantiles(_times(long), n=100)[-1]
    print(f"an update: median {statistics.median(short):.2f} ms; of 300 words: 99th percentile {percentile:.2f} ms")
    for name, text in HOSTILE.items():
        print(f"hostile, 20 kB of {name}: {max(_times([text] * 5)):.1f} ms at most")


def _times(texts: Sequence[str]) -> list[float]:
    """Milliseconds of this process: other work of the machine does not count."""
    spent = []
    for text in texts:
        draft = Draft(body=text, status=Status.INVESTIGATING)
        started = time.process_time()
        check(draft)
        spent.append((time.process_time() - started) * 1000)
    return spent


def _filled(text: str) -> str:
    return (text * (20_000 // len(text) + 1))[:20_000]


HOSTILE = {
    "one letter": _filled("a"),
    "digits": _filled("1"),
    "times": _filled("12:34 "),
    "dots": _filled("."),
    "dotted names": _filled("a.b-"),
    "apostrophes": _filled("n't'"),
    "spaces": _filled(" "),
    "one word": _filled("errors "),
    "unable to": _filled("unable to the "),
    "will update": _filled("will update by 12:00 "),
    "all of": _filled("all of every one "),
    "new words": " ".join(f"w{number}x{number * 7}" for number in range(2500))[:20_000],
    "capitals": _filled("Aa Bb "),
    "lines": _filled("a\n"),
    "brackets": _filled("[](<*"),
}

if __name__ == "__main__":
    main()
