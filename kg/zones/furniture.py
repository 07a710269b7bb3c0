"""The page furniture around an article, as ``kg/data/boilerplate.toml`` lists it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

_LONGEST = 250  # characters of a line of the page's own; a longer one is prose
_MOST_WORDS = 45


@dataclass(frozen=True)
class Furniture:
    """One pattern a kind of line, and the words that labels are made of; ask through the functions below."""

    opens_tail: re.Pattern[str]
    boilerplate: re.Pattern[str]
    byline: re.Pattern[str]
    letterhead: re.Pattern[str]
    caption: re.Pattern[str]
    particles: frozenset[str]
    rubrics: frozenset[str]
    turns: frozenset[str]
    turn_titles: frozenset[str]


@lru_cache(maxsize=1)
def furniture() -> Furniture:
    """Return the lists, read once."""
    table = tomllib.loads((files("kg.data") / "boilerplate.toml").read_text("utf-8"))
    return Furniture(
        opens_tail=_either(table["opens_tail"]),
        boilerplate=_either(table["boilerplate"]),
        byline=_either(table["byline"]),
        letterhead=_either(table["letterhead"]),
        caption=_either(table["caption"]),
        particles=frozenset(table["particles"]),
        rubrics=frozenset(table["rubrics"]),
        turns=frozenset(table["turns"]),
        turn_titles=frozenset(table["turn_titles"]),
    )


def _either(entries: Sequence[Mapping[str, str]]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{entry['match']})" for entry in entries), re.IGNORECASE)


def opens_tail(plain: str) -> bool:
    """Tell whether what stands under this line is no longer the article."""
    return _is_short(plain) and furniture().opens_tail.match(plain) is not None


def is_boilerplate(plain: str) -> bool:
    """Tell whether the line is the page's own: one of the lists' or a row of links."""
    return _is_short(plain) and (furniture().boilerplate.match(plain) is not None or _is_row_of_links(plain))


def is_byline(plain: str) -> bool:
    """Tell whether the line says who wrote the text or when."""
    return len(plain) <= 160 and furniture().byline.match(plain) is not None


def is_letterhead(plain: str) -> bool:
    """Tell whether the line names who issues a document."""
    return len(plain) <= 160 and furniture().letterhead.match(plain) is not None


def is_caption(plain: str) -> bool:
    """Tell whether the line describes a picture."""
    return len(plain) <= _LONGEST and furniture().caption.match(plain) is not None


def _is_short(plain: str) -> bool:
    return len(plain) <= _LONGEST and plain.count(" ") < _MOST_WORDS


def _is_row_of_links(plain: str) -> bool:
    """Tell whether the line is a menu: three or more short pieces between bars, "Share | Print | Subscribe"."""
    for bar in (" | ", " • ", " / ", " · "):
        pieces = plain.split(bar)
        if len(pieces) >= 3 and all(len(piece.split()) <= 5 for piece in pieces) and plain[-1] not in ".!?":
            return True
    return False
