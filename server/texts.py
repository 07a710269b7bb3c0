"""The full text of articles, where an operator who may show it gives it: never part of a release, data or queries.

A text is shown only as the very input that the release was made from, by its SHA-256, since spans count its characters.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Store

from kg.article import read_inputs
from kg.errors import LegationError
from kg.iri import term
from kg.records import Refusal
from kg.release import Release


@dataclass(frozen=True)
class Passage:
    """A stretch of a text that the same spans cover, as it stands; ``anchors`` are the names of spans that begin here.

    ``event`` is the IRI of what the shortest of them is evidence for, empty where there is none.
    """

    text: str
    covered: bool = False
    anchors: tuple[str, ...] = ()
    event: str = ""


class Texts:
    """The texts that an operator gives, packed in memory: some two kilobytes an article."""

    def __init__(self, texts: Mapping[str, bytes]) -> None:
        self._texts = texts
        self._inputs: tuple[str, Mapping[str, str]] = "", {}

    @classmethod
    def read(cls, inputs: Sequence[Path]) -> Texts:
        """Return the texts of files and folders that ``legation build`` takes, without those that it refuses.

        Raises:
            LegationError: There is not one text.
        """
        texts: dict[str, bytes] = {}
        refused: list[Refusal] = []
        for item in read_inputs(inputs):
            if isinstance(item, Refusal):
                refused.append(item)
            else:
                texts[item.sha256] = zlib.compress(item.text.encode("utf-8", "surrogatepass"))
        if not texts:
            named = ", ".join(map(str, inputs))
            why = f" ({refused[0].source}: {refused[0].reason})" if refused else ""
            raise LegationError(f"{named}: no article's text here{why}; give the files that the release was made from")
        return cls(texts)

    def of(self, release: Release, article: NamedNode) -> str | None:
        """Return the text of an article of a release, None where it is not given or not the one that was read."""
        version, inputs = self._inputs
        if version != release.version:
            inputs = {each["id"]: each["sha256"] for each in release.manifest.get("inputs", ())}
            self._inputs = release.version, inputs
        for quad in release.store.quads_for_pattern(article, term("dct:identifier"), None, None):
            packed = self._texts.get(inputs.get(quad.object.value, "")) if isinstance(quad.object, Literal) else None
            if packed is not None:
                return zlib.decompress(packed).decode("utf-8", "surrogatepass")
        return None


def passages(store: Store, text: str, spans: Sequence[NamedNode]) -> Iterator[Passage]:
    """Yield a text in pieces, cut where one of its spans begins or ends; spans may overlap.

    What does not fit into the text is passed over: it is not the text of these spans.
    """
    placed = []
    for span in spans:
        start, end = (_number(store, span, name) for name in ("oa:start", "oa:end"))
        if 0 <= start < end <= len(text):
            placed.append((start, end, span))
    cuts = sorted({0, len(text), *(place for start, end, _ in placed for place in (start, end))})
    for start, end in pairwise(cuts):
        over = sorted((to - since, span.value) for since, to, span in placed if since <= start and end <= to)
        anchors = tuple(sorted(span.value.partition("#")[2] for since, _, span in placed if since == start))
        event = next(filter(None, (_event(store, NamedNode(iri)) for _, iri in over)), "")
        yield Passage(text[start:end], bool(over), anchors, event)


def _event(store: Store, span: NamedNode) -> str:
    found = store.quads_for_pattern(None, term("gaf:denotedBy"), span, None)
    return min((quad.subject.value for quad in found if isinstance(quad.subject, NamedNode)), default="")


def _number(store: Store, node: NamedNode, name: str) -> int:
    quad = next(store.quads_for_pattern(node, term(name), None, None), None)
    return int(quad.object.value) if quad and isinstance(quad.object, Literal) else -1
