"""Words of saying, and a possible statement: some words with someone who may have said them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

from kg.cast import Mention
from kg.extract.candidate import Scene
from kg.extract.words import Word
from kg.lexicon import frames
from kg.records import Act, Span

ACTS = get_args(Act)
KINDS = (
    "quote", "clause", "infinitive", "object", "of", "according", "noun", "whole", "turn",
    "aside", "rest", "colon", "echo",
)  # fmt: skip
LINKS = (
    "subject", "agent", "paper", "inherited", "poss", "according", "near", "before", "previous", "turn",
    "colon", "guess",
)  # fmt: skip


@dataclass
class Candidate:
    """Some words and someone who may have said them; ``cue`` is the verb or noun of saying, if there is one."""

    content: Span
    kind: str
    link: str
    speaker: Mention
    entity: int
    cue: Word | None
    direct: bool
    features: list[float]
    act: str


@lru_cache(maxsize=1)
def _acts() -> dict[str, str]:
    found: dict[str, str] = {}
    for act in ACTS:
        for verb in frames()["statement"]["verbs"].get(act, []):
            found.setdefault(verb, act)
    return found


@lru_cache(maxsize=1)
def nouns() -> dict[str, str]:
    """Return the nouns of saying, each with its act."""
    return {noun: act for act, words in frames()["statement"]["nouns"].items() for noun in words}


@lru_cache(maxsize=1)
def mental() -> frozenset[str]:
    """Return the listed verbs that often tell of a thought or wish rather than of words."""
    return frozenset(frames()["statement"]["mental"])


@lru_cache(maxsize=1)
def loose() -> frozenset[str]:
    """Return the listed verbs that mostly tell of something else than saying."""
    return frozenset(frames()["statement"]["loose"])


def act_of(token: Word) -> str | None:
    """Return the act that a verb or noun of saying most often performs, None for other words."""
    lemma = token.base
    if token.pos_ in {"VERB", "AUX"} or token.tag_.startswith("VB"):
        if lemma == "call" and any(c.dep_ == "prep" and c.lower_ in {"for", "on", "upon"} for c in token.children):
            return "demand"
        return _acts().get(lemma)
    return nouns().get(lemma)


def proposals(
    scene: Scene,
    content: Span,
    kind: str,
    cue: Word | None,
    who: Iterable[tuple[Mention, str]],
    *,
    act: str | None = None,
) -> Iterator[Candidate]:
    """Yield a candidate for each reading of those who may have said some words; the features come later."""
    if content.end <= content.start or not content.of(scene.parsed.text).strip():
        return
    direct = kind in {"quote", "turn"} or scene.quotes_in(content)
    for mention, link in who:
        for entity, certain in mention.readings():
            yield Candidate(
                content,
                kind,
                link,
                mention,
                entity,
                cue,
                direct,
                [certain],
                act or (act_of(cue) if cue is not None else None) or "say",
            )
