"""The speakers' labels of a transcript: "Q:", "SPOKESMAN:", "MR BECK:"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kg.records import Span
from kg.zones.furniture import furniture

_WORD = r"[^\W\d_][\w'’.-]{0,24}"
_LABEL = re.compile(
    rf"(?P<label>{_WORD}(?: {_WORD}){{0,4}})(?P<colon> ?:|(?<=^[QA])\.|(?<=^Q)(?=  ))[ \t\u00a0]+(?=\S)"
)


@dataclass(frozen=True)
class Label:
    """A label at the head of a paragraph: ``colon`` is the offset behind it, ``end`` that of the first word said."""

    text: str
    colon: int
    end: int


def find(text: str, spans: Sequence[Span | None]) -> list[Label | None]:
    """Return the label of each paragraph, None where it has none or where ``spans`` has none.

    One "Note:" makes no transcript: a label counts when it names a part or a title ("Q:", "MS ANDERS:") and
    the text has two such, or when, beside these, it is in capitals or comes twice.
    """
    labels = [_label(text, span) if span else None for span in spans]
    counts = Counter(label.text for label in labels if label)
    parts = sum(count for name, count in counts.items() if _names_a_part(name))
    shouted = [name for name in counts if name.isupper() and counts[name] > 1]
    if parts < 2 and len(shouted) < 2:
        return [None] * len(labels)
    taken = {name for name, n in counts.items() if _names_a_part(name) or name.isupper() or n > 1}
    return [label if label and label.text in taken else None for label in labels]


def _label(text: str, span: Span) -> Label | None:
    match = _LABEL.match(text[span.start : min(span.end, span.start + 80)])
    if match is None or match["label"].casefold() in furniture().rubrics:
        return None
    if not (match["label"][0].isupper()):
        return None
    return Label(match["label"], span.start + match.end("label"), span.start + match.end())


def _names_a_part(name: str) -> bool:
    lists = furniture()
    low = name.casefold().replace(".", "")
    if low in lists.turns:
        return True
    return any(low.startswith(f"{title} ") and len(low.split()) <= 4 for title in lists.turn_titles)
