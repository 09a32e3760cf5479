"""A language's words, compiled so that one pass over a text marks every word and phrase with the classes it belongs to."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from itertools import product

GAPS = {"~": 4, "...": 12}
"""How many words each may stand for."""
FEW, COMMON = 6, 10
"""Words too few to tell a language by; of how many, one at least is among its commonest."""
Phrase = tuple[tuple[str, ...], str]
"""The rest of a phrase after its first word, and its class."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """What may begin with one word: classes of the word alone, phrases by their second word, phrases that go on with a gap."""

    alone: tuple[str, ...]
    phrases: Mapping[str, Sequence[Phrase]]
    gapped: tuple[Phrase, ...]

    @classmethod
    def of(cls, phrases: Sequence[Phrase]) -> "Candidates":
        by_second: dict[str, list[Phrase]] = {}
        for rest, name in phrases:
            if rest and rest[0] not in GAPS:
                by_second.setdefault(rest[0], []).append((rest, name))
        alone = tuple(dict.fromkeys(name for rest, name in phrases if not rest))
        return cls(alone, by_second, tuple(phrase for phrase in phrases if phrase[0] and phrase[0][0] in GAPS))


@dataclass(frozen=True, eq=False)
class Pack:
    """`phrases`: class -> phrases, between commas. `a|b`: either word. `~` stands for up to four words, `...` for up to twelve.
    Of a first word, `*` before or after it stands for the rest of it, and `=` before it means this form alone. `stem`: one form
    of a word's inflections; phrases may be written in any of them. `contractions`: the end of a word -> what it stands for.
    `abbreviations`: their full stop ends no sentence. `names`: whether a capital letter inside a sentence makes a name."""

    language: str
    phrases: Mapping[str, str]
    stem: Callable[[str], str] = field(default=str)
    contractions: Mapping[str, str] = field(default_factory=dict)
    abbreviations: frozenset[str] = frozenset()
    names: bool = True

    @cached_property
    def stems(self) -> Callable[[str], str]:
        return lru_cache(maxsize=8192)(self.stem)

    @cached_property
    def _tables(self) -> tuple[dict[str, list[Phrase]], ...]:
        """Phrases by the stem of their first word, by its exact form, by its beginning, by its end."""
        whole: dict[str, list[Phrase]] = {}
        exact: dict[str, list[Phrase]] = {}
        begin: dict[str, list[Phrase]] = {}
        end: dict[str, list[Phrase]] = {}
        for name, phrases in self.phrases.items():
            for first, *rest in _variants(phrases):
                entry = (tuple(word if word in GAPS else self.stem(word) for word in rest), name)
                if first.startswith("="):
                    exact.setdefault(first[1:], []).append(entry)
                elif first.endswith("*"):
                    begin.setdefault(first[:-1], []).append(entry)
                elif first.startswith("*"):
                    end.setdefault(first[1:], []).append(entry)
                else:
                    whole.setdefault(self.stem(first), []).append(entry)
        return whole, exact, begin, end

    @cached_property
    def candidates(self) -> Callable[[str, str], Candidates]:
        """What may begin with a word, given as written in small letters and as its stem."""
        whole, exact, begin, end = self._tables
        heads, tails = sorted({len(key) for key in begin}), sorted({len(key) for key in end})

        @lru_cache(maxsize=8192)
        def candidates(word: str, stem: str) -> Candidates:
            phrases = [*whole.get(stem, ()), *exact.get(word, ())]
            for length in heads:
                phrases += begin.get(word[:length], ()) if length <= len(word) else ()
            for length in tails:
                phrases += end.get(word[-length:], ()) if length <= len(word) else ()
            return Candidates.of(phrases)

        return candidates

    def marks(self, text: Sequence[str], stems: Sequence[str]) -> tuple[dict[str, list[tuple[int, int]]], list[set[str]]]:
        """Class -> where its phrases stand, as (first word, word after the last); and for each word, the classes over it."""
        marks: dict[str, list[tuple[int, int]]] = {}
        classes: list[set[str]] = [set() for _ in text]
        for start, (word, stem) in enumerate(zip(text, stems, strict=True)):
            candidates = self.candidates(word, stem)
            classes[start].update(candidates.alone)
            for name in candidates.alone:
                marks.setdefault(name, []).append((start, start + 1))
            following = stems[start + 1] if start + 1 < len(stems) else ""
            for rest, name in (*candidates.phrases.get(following, ()), *candidates.gapped):
                if stop := _end(stems, start + 1, rest):
                    marks.setdefault(name, []).append((start, stop))
                    for index in range(start, stop):
                        classes[index].add(name)
        return marks, classes


@cache
def languages() -> tuple[str, ...]:
    """Those that have a pack."""
    beside = importlib.import_module(__package__).__path__
    return tuple(sorted(module.name for module in pkgutil.iter_modules(beside) if len(module.name) == 2))


def guess(text: str, default: str = "en") -> str:
    """The language of a text, by its commonest words; `default` where there are too few words, "und" (undetermined, ISO 639-2)
    where it is none that has a pack."""
    low = re.findall(r"[^\W\d_]+", text[:2000].lower())
    if len(low) < FEW:
        return default
    packs = [pack for name in languages() if (pack := find(name))]
    shares = {pack.language: sum("common" in pack.candidates(word, pack.stems(word)).alone for word in low) for pack in packs}
    best = max(shares, key=lambda name: (shares[name], name == default))
    return best if shares[best] * COMMON >= len(low) else "und"


def _variants(phrases: str) -> Iterator[tuple[str, ...]]:
    for phrase in phrases.split(","):
        if alternatives := [word.split("|") for word in re.sub(r"\|\s+", "|", phrase).split()]:
            yield from product(*alternatives)


def _end(stems: Sequence[str], at: int, rest: tuple[str, ...]) -> int:
    """Where the phrase ends; 0 where the text goes on otherwise."""
    gap = 0
    for word in rest:
        if word in GAPS:
            gap = GAPS[word]
            continue
        at = next((place + 1 for place in range(at, min(at + gap + 1, len(stems))) if stems[place] == word), 0)
        if not at:
            return 0
        gap = 0
    return at


@cache
def find(language: str) -> Pack | None:
    """The pack of a language ("de", "de-AT"): the file of that name beside this one. None where there is none."""
    name = re.split("[-_]", language.strip().lower())[0]
    if not re.fullmatch("[a-z]{2}", name):
        return None
    try:
        module = importlib.import_module(f"{__package__}.{name}")
    except ModuleNotFoundError:
        return None
    pack = getattr(module, "PACK", None)
    return pack if isinstance(pack, Pack) else None
