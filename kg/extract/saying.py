"""Words of saying, and a possible statement: some words with someone who may have said them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from spacy.tokens import Token

from kg.cast import Mention
from kg.lexicon import frames
from kg.records import Span

ACTS = (
    "say",
    "announce",
    "affirm",
    "praise",
    "accuse",
    "criticise",
    "deny",
    "demand",
    "promise",
    "warn",
    "propose",
    "invite",
)
KINDS = ("quote", "clause", "infinitive", "object", "of", "according", "noun", "whole", "turn")
LINKS = ("subject", "agent", "paper", "inherited", "poss", "according", "near", "before", "previous", "turn")


@dataclass
class Candidate:
    """Some words and someone who may have said them; ``cue`` is the verb or noun of saying, if there is one."""

    content: Span
    kind: str
    link: str
    speaker: Mention
    entity: int
    cue: Token | None
    direct: bool
    features: list[float]
    act: str


@lru_cache(maxsize=1)
def _acts() -> dict[str, str]:
    found: dict[str, str] = {}
    for act in ("say", *ACTS[1:]):
        for verb in frames()["statement"]["verbs"].get(act, []):
            found.setdefault(verb, act)
    return found


@lru_cache(maxsize=1)
def nouns() -> dict[str, str]:
    """Return the nouns of saying, each with its act."""
    return {noun: act for act, words in frames()["statement"]["nouns"].items() for noun in words}


def act_of(token: Token) -> str | None:
    """Return the act that a verb or noun of saying most often performs, None for other words."""
    lemma = token.lemma_.lower()
    if token.pos_ in {"VERB", "AUX"} or token.tag_.startswith("VB"):
        return _acts().get(lemma)
    return nouns().get(lemma)
