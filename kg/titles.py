"""What kind of office a title names: "External Affairs Minister", "FM" and "Foreign Secretary" are one kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kg.spelling import normalise

_BEFORE = re.compile(
    r"^(?:the|his|her|former|ex|then|outgoing|incoming|acting|interim|caretaker|transitional|designate|new|late|"
    r"mr|mrs|ms|dr|hon|federal|union)\s+"
)
_AFTER = re.compile(r"\s+(?:acting|designate|ad interim|former|ousted|emeritus)$")
_FOREIGN = re.compile(r"\b(?:foreign|external|international) (?:affairs|relations)\b|\bforeign minister\b")
_JUNIOR = re.compile(
    r"^(?:deputy|vice|assistant|first deputy|first vice|junior|parliamentary)\b|minister of state(?! minister|"
    r" and foreign)|state minister|state secretary|under ?secretary|minister delegate|special envoy"
)
_SUPPLIES = re.compile(r"\b(?:equipment|production|industry|science|material|personnel|procurement|veterans|cabinet)\b")
_DEFENCE = re.compile(r"\bdefen[cs]e\b|\barmed forces\b")


HIGHEST = frozenset({"head-of-state", "head-of-government", "foreign-minister"})
"""Kinds of office that one person of a state holds at a time and whose holders the authority dates."""
_SMALL_WORDS = frozenset({"of", "for", "and", "to", "the", "on"})


def cased(title: str) -> str:
    """Return a title with capitals, but for its small words: "foreign minister" → ``Foreign Minister``."""
    words = title.split()
    return " ".join(word if word in _SMALL_WORDS or word[:1].isupper() else word.capitalize() for word in words)


@dataclass(frozen=True)
class Titles:
    """The table of titles: kinds by (normalised title, alpha-2 code or "")."""

    kinds: Mapping[tuple[str, str], str]

    def kind(self, title: str, *, country: str | None = None) -> str | None:
        """Return the kind of office that a title names, or None.

        ``country`` decides where usage differs: a ``Foreign Secretary`` is the minister in GB and the ministry's first
        official in IN. "Former", "acting" and what follows "of" a country are looked through.
        """
        low = normalise(title)
        seen = None
        while seen != low:
            seen, low = low, _AFTER.sub("", _BEFORE.sub("", low))
        for words in dict.fromkeys(
            (
                low,
                re.split(
                    r" (?:of|to|for) (?:the )?(?=(?!state|foreign|defen|national|external|internal|home|armed|"
                    r"council|interior|finance|trade|commerce|justice|government)\w)",
                    low,
                )[0],
            )
        ):
            for code in (country or "", ""):
                if (words, code) in self.kinds:
                    return self.kinds[words, code]
        return _by_words(low)


def _by_words(low: str) -> str | None:
    if "spokes" in low:
        return "spokesperson"
    if not re.search(r"\b(?:minister|secretary|councillor|chief|head|premier)\b", low):
        return None
    deputy = re.match(
        r"(?:(?:first|second|third|executive) )?(?:deputy|vice) (?:prime minister|premier)s?(?: and | |$)", low
    )
    low = low[deputy.end() :] if deputy else low
    if _FOREIGN.search(low) and re.search(r"\b(?:minister|secretary|chief|head)\b", low):
        return "deputy-foreign-minister" if _JUNIOR.search(low) else "foreign-minister"
    if deputy:
        return "deputy-head-of-government"
    if low.startswith("prime minister"):
        return "head-of-government"
    if _DEFENCE.search(low) and "minister" in low and not _JUNIOR.search(low) and not _SUPPLIES.search(low):
        return "defence-minister"
    return (
        "minister"
        if re.search(r"\bminister\b", low) and not low.startswith(("assistant", "adviser", "advisor", "aide"))
        else None
    )
