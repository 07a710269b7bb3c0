"""How names are compared: one spelling for every way of writing them, and a coarser one for transliterations."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i", "ə": "a", "ŋ": "n"}
)
_ODD = re.compile(r"[\W_]+")
_MARKS = (
    {ord(ch): None for ch in ".'’‘ʼʻ`´ʿʾ"}
    | {ord(ch): " " for ch in ' \t\r\n"!#$%()*+,-/:;<=>?@[\\]^_{|}~–—‑‐“”«»\u00a0'}
    | {ord("&"): " and "}
)
_SOUNDS = (
    ("tch", "ch"),
    ("sch", "sh"),
    ("kh", "h"),
    ("gh", "g"),
    ("ph", "f"),
    ("dj", "j"),
    ("dzh", "j"),
    ("zh", "j"),
    ("ck", "k"),
    ("q", "k"),
    ("x", "ks"),
    ("w", "v"),
    ("c", "k"),
)
_SERVANT = re.compile(r"\babd (?:al|el|ul) |\babd[aeiou]l (?=\S)")
_PARTICLES = frozenset(
    {
        "al",
        "el",
        "ul",
        "bin",
        "ibn",
        "bint",
        "ben",
        "de",
        "da",
        "di",
        "do",
        "dos",
        "van",
        "von",
        "der",
        "den",
        "la",
        "y",
        "e",
    }
)


@lru_cache(maxsize=65536)
def normalise(name: str) -> str:
    """Return a name without case, accents, dots, apostrophes and hyphens: its parts, with one space between them.

    Honorifics stay: "Sheikh Hasina" is a name. ``Recep Tayyip Erdoğan`` → ``recep tayyip erdogan``,
    ``Sana'a`` → ``sanaa``, ``U.S.`` → ``us``, ``Guinea-Bissau`` → ``guinea bissau``.
    """
    if name.isascii():
        return " ".join(name.lower().translate(_MARKS).split())
    low = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    low = "".join(ch for ch in low if not unicodedata.combining(ch)).translate(_LETTERS).translate(_MARKS)
    return " ".join(low.split()) if low.isascii() else _ODD.sub(" ", low).strip()


def skeleton(name: str) -> str:
    """Return what transliterations of a name share: first letters and consonants of its parts, particles left out.

    ``Sergei Lavrov`` and ``Sergey Lavrov``, ``Muhammad`` and ``Mohamed``, ``Zelensky`` and ``Zelenskyy`` have one
    skeleton; so have some names of different people, which is why it only proposes candidates. ``Abdel Aziz`` and
    ``Abd al-Aziz`` are one word there, as in ``Abdelaziz``.
    """
    low = _SERVANT.sub("abdel", normalise(name))
    return " ".join(_bones(part) for part in low.split() if part not in _PARTICLES)


@lru_cache(maxsize=65536)
def _bones(part: str) -> str:
    for letters, sound in _SOUNDS:
        part = part.replace(letters, sound)
    part = re.sub("(?<=[^aeiouyh])h|h$", "", part) or part
    kept = part[:1] + re.sub("[aeiouy]", "", part[1:])
    return re.sub(r"(.)\1+", r"\1", "i" + kept[1:] if kept[:1] in {"y", "i", "j"} and len(kept) > 1 else kept)


def slug(name: str) -> str:
    """Return a name as a key: normalised, with hyphens. ``United Nations`` → ``united-nations``."""
    return normalise(name).replace(" ", "-")


def plurals(demonym: str) -> tuple[str, ...]:
    """Return a demonym and its plural: "Russians", "Frenchmen"; "Swiss" and "Dutch" have none."""
    if demonym.endswith("man"):
        return demonym, f"{demonym[:-3]}men" if demonym.lower() not in {"german", "roman", "oman"} else f"{demonym}s"
    return (demonym,) if demonym.endswith(("s", "sh", "ch", "ese")) else (demonym, f"{demonym}s")
