"""The grammar of date expressions, read from ``kg/data/dates.toml``, and the words that it is matched against."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import accumulate
from typing import Any, Literal, NamedTuple

Kind = Literal[
    "day",
    "weekday",
    "relative",
    "range",
    "month",
    "season",
    "year",
    "decade",
    "holiday",
    "anaphoric",
    "clock",
    "unresolvable",
]


class Token(NamedTuple):
    """What a word, number or mark is, wherever it stands; ``sign`` is the character for its class in forms.

    ``length`` leaves out what does not belong to a date: the ``'s`` of "Monday's", the time of an ISO timestamp.
    """

    kind: str
    sign: str
    value: Any
    lower: str
    length: int


class Word(NamedTuple):
    """A token at its place in a text."""

    start: int
    token: Token

    @property
    def end(self) -> int:
        """Where the token ends in the text."""
        return self.start + self.token.length


class Form(NamedTuple):
    """A shape that date expressions have: a pattern over the signs of words, and the values that come with it."""

    rank: int
    kind: Kind
    pattern: re.Pattern[str]
    consecutive: bool
    given: dict[str, Any]


@dataclass(frozen=True)
class Grammar:
    """Words' classes, the forms in order of preference under each class that makes a date, and what cuts a text."""

    vocabulary: Mapping[str, tuple[str, Any]]
    capital: Mapping[str, tuple[str, Any]]
    signs: Mapping[str, str]
    forms: Mapping[str, tuple[Form, ...]]
    durations: Mapping[str, tuple[Form, ...]]
    feasts: Mapping[str, str]
    cutter: re.Pattern[str]
    sorter: re.Pattern[str]


# What a text is cut into, in the order in which it is tried; `cipher` is any number that dates nothing.
_CUTS = {
    "space": r"[^\S\n]+|\n(?!\s*\n)",
    "ampm": r"[apAP]\.\s?[mM]\.?(?!\w)|(?:[ap]m|[AP]M)\b",
    "word": r"(?:[Tt]wenty|[Tt]hirty)-[a-z]+|[^\W\d_]+(?:['’][^\W\d_]+)*",
    "break": r"\n\s*\n",
    "iso": r"\d{4}(?:-\d{2}-\d{2}|/\d{2}/\d{2})(?!\d)(?:T\d{2}:\d{2}[\d:.+Z-]*)?",
    "slash": r"\d{1,2}/\d{1,2}/\d{4}(?!\d)",
    "dotted": r"\d{1,2}\.\d{1,2}\.\d{4}(?!\d)",
    "clock": r"\d{1,2}:\d{2}(?::\d{2})?(?!\d)",
    "decimal": r"\d{1,2}\.\d{2}(?![\d%])",
    "nth": r"\d{1,2}(?:st|nd|rd|th)\b",
    "decade": r"(?:\d\d)?\d0s\b",
    "cipher": r"\d{1,3}(?:,\d{3})+(?!\d)|\d+\.\d+|\d+/[\d/]+|\d+[^\W\d]\w*",
    "number": r"\d+",
    "mark": r"\S",
}
_MARKS = {".": "dot", ",": "comma", "(": "open", "[": "open", ")": "close", "]": "close", "&": "and"}
_MARKS |= dict.fromkeys("-–—", "dash") | dict.fromkeys("'’\"“”‘", "quote") | dict.fromkeys("$£€#©%@/+", "cipher")
_OTHERS = ("big", "year", "feast", "name", "dot", "comma", "open", "close", "dash", "quote")
_SYMBOL = re.compile(r"[{}]|\$[a-z]+|([a-z_]+\d?):(\([a-z|]+\)|[a-z]+)|[a-z]+|\s+")


@cache
def grammar() -> Grammar:
    """Return the grammar as the package ships it, read once."""
    data = tomllib.loads((files("kg.data") / "dates.toml").read_text("utf-8"))
    vocabulary = {w: (kind, v) for kind, values in data["words"].items() for w, v in values.items()}
    vocabulary |= {w: (kind, None) for kind, words in data["plain"].items() for w in words}
    capital = {w: (kind, v) for kind, values in data["capital"].items() for w, v in values.items()}
    kinds = [*_CUTS, *_OTHERS, *data["words"], *data["plain"], *data["capital"]]
    # Each class is one character of Unicode's private area, so that a form is a plain regular expression.
    signs = {kind: chr(0xE000 + i) for i, kind in enumerate(dict.fromkeys(kinds))}
    classes = dict(signs)
    for name, members in data["classes"].items():
        classes[name] = "".join(classes[member] for member in members.split("|"))
    spelled = sorted(data["feasts"], key=lambda name: (-len(name), name))
    feast = "(?=[A-Z])(?:" + "|".join(re.escape(name).replace("'", "['’]") for name in spelled) + r")\b"
    cuts = {"feast": feast} | _CUTS
    return Grammar(
        vocabulary,
        capital,
        signs,
        _forms(data["form"], classes, data["macros"]),
        _forms(data["duration"], classes, data["macros"]),
        data["feasts"],
        re.compile("|".join(cuts.values())),
        re.compile("|".join(f"(?P<{kind}>{cut})" for kind, cut in cuts.items())),
    )


def words_of(text: str) -> list[Word]:
    """Return the words, numbers and marks of a text, and at its end the same break as between paragraphs."""
    pieces = [*grammar().cutter.findall(text), "\n\n"]
    starts = accumulate(map(len, pieces), initial=0)
    return [Word(start, token) for start, token in zip(starts, map(_token, pieces), strict=False) if token]


@lru_cache(maxsize=65536)
def _token(raw: str) -> Token | None:
    """Return what a piece of text is, None for white space; remembered, for most pieces are common words."""
    found = grammar().sorter.fullmatch(raw)
    cut = str(found.lastgroup) if found else "mark"
    if cut == "space":
        return None
    known, kind, length, lower = grammar(), cut, len(raw), raw.lower().replace("’", "'")
    value: Any = raw
    if cut == "word":
        kind, value = _vocable(lower, raw, known)
        if kind in ("name", "word") and "'" in lower:
            # A possessive or contracted word is the word before its apostrophe: "Monday's", "he'd".
            lower = lower.partition("'")[0]
            kind, value = _vocable(lower, raw, known)
            length = len(lower)
    elif cut == "number":
        value = int(raw) if len(raw) < 5 else 0
        kind = _magnitude(value, len(raw))
    elif cut == "nth":
        value = int(raw[:-2])
    elif cut == "decade":
        value = int(raw[:-1]) + (1900 if len(raw) == 3 else 0)
    elif cut == "iso":
        length, value = 10, raw[:10]
    elif cut == "feast":
        value = known.feasts[raw.replace("’", "'")]
    elif cut == "mark":
        kind = _MARKS.get(raw, kind)
    return Token(kind, known.signs[kind], value, lower, length)


def _magnitude(value: int, digits: int) -> str:
    if 0 < value < 32 and digits < 3:
        return "number"
    if 31 < value < 1000 and digits == len(str(value)):
        return "big"
    return "year" if 1000 <= value < 2100 and digits == 4 else "cipher"


def _vocable(lower: str, raw: str, known: Grammar) -> tuple[str, Any]:
    if raw[0].isupper() and lower in known.capital:
        return known.capital[lower]
    return known.vocabulary.get(lower) or ("name" if raw[0].isupper() else "word", None)


def _forms(
    entries: Iterable[Mapping[str, Any]], classes: Mapping[str, str], macros: Mapping[str, str]
) -> dict[str, tuple[Form, ...]]:
    """Return the forms under the signs of what makes them dates, so that only forms in question are tried."""
    found: dict[str, list[Form]] = {sign: [] for sign in classes["core"]}
    for rank, entry in enumerate(entries):
        given = {key: value for key, value in entry.items() if key not in ("kind", "form", "example", "consecutive")}
        pattern = re.compile(_translated(entry["form"], classes, macros))
        form = Form(rank, entry.get("kind", "clock"), pattern, entry.get("consecutive", False), given)
        for sign in set(_translated(entry["form"], classes, dict.fromkeys(macros, ""))):
            if sign in found:
                found[sign].append(form)
    return {sign: tuple(forms) for sign, forms in found.items()}


def _translated(form: str, classes: Mapping[str, str], macros: Mapping[str, str]) -> str:
    """Return a form of the grammar as a regular expression over signs."""

    def symbol(match: re.Match[str]) -> str:
        text = match[0]
        if match[1]:
            return f"(?P<{match[1]}>[{''.join(classes[name] for name in match[2].strip('()').split('|'))}])"
        if text in "{}":
            return "(?P<span>" if text == "{" else ")"
        if text.startswith("$"):
            return _translated(macros[text[1:]], classes, macros)
        return f"[{classes[text]}]" if text.strip() else ""

    return _SYMBOL.sub(symbol, form)
