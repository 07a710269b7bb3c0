"""The grammar of date expressions, read from ``kg/data/dates.toml``, and the words that it is matched against."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
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


class Word(NamedTuple):
    """One word, number or sign of a text; ``sign`` is the character that stands for its class in forms."""

    start: int
    end: int
    kind: str
    sign: str
    value: Any
    lower: str


class Form(NamedTuple):
    """A shape that date expressions have: a pattern over the signs of words, and the values that come with it."""

    kind: Kind
    pattern: re.Pattern[str]
    consecutive: bool
    given: dict[str, Any]


class Grammar(NamedTuple):
    """Words' classes, the forms in order of preference, and what cuts a text into words."""

    vocabulary: Mapping[str, tuple[str, Any]]
    capital: Mapping[str, tuple[str, Any]]
    signs: Mapping[str, str]
    core: frozenset[str]
    forms: tuple[Form, ...]
    durations: tuple[Form, ...]
    feasts: Mapping[str, str]
    cutter: re.Pattern[str]


# Classes of what is no word, in the order in which they are tried; `cipher` is any number that dates nothing.
_CUTS = {
    "break": r"\n\s*\n",
    "iso": r"\d{4}-\d{2}-\d{2}(?!\d)(?:T\d{2}:\d{2}[\d:.+Z-]*)?",
    "slash": r"\d{1,2}/\d{1,2}/\d{4}(?!\d)",
    "dotted": r"\d{1,2}\.\d{1,2}\.\d{4}(?!\d)",
    "clock": r"\d{1,2}:\d{2}(?::\d{2})?(?!\d)",
    "decimal": r"\d{1,2}\.\d{2}(?![\d%])",
    "nth": r"\d{1,2}(?:st|nd|rd|th)\b",
    "decade": r"(?:\d\d)?\d0s\b",
    "cipher": r"\d{1,3}(?:,\d{3})+(?!\d)|\d+\.\d+|\d+/[\d/]+|\d+[^\W\d]\w*",
    "number": r"\d+",
    "ampm": r"[ap]\.\s?m\.?(?!\w)|[ap]m\b",
    "word": r"(?:twenty|thirty)-[a-z]+|[^\W\d_]+(?:['’][^\W\d_]+)*",
    "mark": r"\S",
}
_MARKS = {".": "dot", ",": "comma", "(": "open", "[": "open", ")": "close", "]": "close"}
_MARKS |= dict.fromkeys("-–—", "dash") | dict.fromkeys("'’\"“”‘", "quote") | dict.fromkeys("$£€#©%@/+", "cipher")
_OTHERS = ("big", "year", "feast", "name", "dot", "comma", "open", "close", "dash", "quote")
# A form has no more words than this between its first and the word that makes it a date.
_REACH = 9
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
    feasts = {name.lower().replace("'", "’"): when for name, when in data["feasts"].items()}
    spelled = sorted(data["feasts"], key=lambda name: (-len(name), name))
    feast = "(?=[A-Z])(?-i:" + "|".join(re.escape(name).replace("'", "['’]") for name in spelled) + r")\b"
    cuts = {"break": _CUTS["break"], "feast": feast} | _CUTS
    return Grammar(
        vocabulary,
        capital,
        signs,
        frozenset(classes["core"]),
        tuple(_form(entry, classes, data["macros"]) for entry in data["form"]),
        tuple(_form({"kind": "clock", **entry}, classes, data["macros"]) for entry in data["duration"]),
        feasts,
        re.compile("|".join(f"(?P<{kind}>{cut})" for kind, cut in cuts.items()), re.IGNORECASE),
    )


def words_of(text: str) -> list[Word]:
    """Return the words of a text that dates can be made of, with their surroundings; a gap is one break."""
    known = grammar()
    words = [_word(cut, known) for cut in known.cutter.finditer(text)]
    near = sorted(
        {k for i, word in enumerate(words) if word.sign in known.core for k in range(i - _REACH, i + _REACH + 1)}
    )
    gap = Word(len(text), len(text), "break", known.signs["break"], None, "")
    kept: list[Word] = []
    previous = -1
    for k in near:
        if 0 <= k < len(words):
            kept += [words[k]] if k == previous + 1 else [gap, words[k]]
            previous = k
    return [*kept, gap]


def _word(cut: re.Match[str], known: Grammar) -> Word:
    kind, raw = str(cut.lastgroup), cut[0]
    start, end, value, lower = cut.start(), cut.end(), None, raw
    if kind == "word":
        lower = raw.lower().replace("’", "'")
        kind, value = _vocable(lower, raw, known)
        if kind in ("name", "word") and "'" in lower and lower != "o'clock":
            # A possessive or contracted word is the word before its apostrophe: "Monday's", "he'd".
            lower = lower.partition("'")[0]
            kind, value = _vocable(lower, raw, known)
            end = start + len(lower)
    elif kind == "number":
        value = int(raw) if len(raw) < 5 else 0
        kind = _magnitude(value, len(raw))
    elif kind == "nth":
        value = int(raw[:-2])
    elif kind == "decade":
        value = int(raw[:-1]) + (1900 if len(raw) == 3 else 0)
    elif kind == "iso":
        end, value = start + 10, raw[:10]
    elif kind == "feast":
        value = known.feasts[raw.lower().replace("'", "’")]
    elif kind == "mark":
        kind = _MARKS.get(raw, kind)
    else:
        value = raw
    return Word(start, end, kind, known.signs[kind], value, lower)


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


def _form(entry: dict[str, Any], classes: Mapping[str, str], macros: Mapping[str, str]) -> Form:
    given = {key: value for key, value in entry.items() if key not in ("kind", "form", "example", "consecutive")}
    pattern = re.compile(_translated(entry["form"], classes, macros))
    return Form(entry["kind"], pattern, entry.get("consecutive", False), given)


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
