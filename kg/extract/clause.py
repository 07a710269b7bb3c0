"""What the grammar around a word says: its verb, tense, modality, negation and what it depends on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from spacy.vocab import Vocab

from kg.extract.words import Word
from kg.lexicon import frames

Tense = Literal["past", "present", "future"]
Vector = NDArray[np.float32]
Kept = TypeVar("Kept")
_KEPT = 8_000

_PLAN = frozenset(
    {
        "schedule",
        "expect",
        "plan",
        "due",
        "slate",
        "set",
        "intend",
        "arrange",
        "prepare",
        "hope",
        "aim",
        "likely",
        "about",
        "pencil",
        "book",
        "envisage",
        "agree",
        "accept",
        "wish",
        "want",
    }
)
_CANCEL = frozenset(
    {
        "cancel",
        "scrap",
        "postpone",
        "shelve",
        "abandon",
        "skip",
        "suspend",
        "delay",
        "defer",
        "axe",
        "scuttle",
        "scupper",
        "delete",
        "put",
    }
)
_DENY = frozenset({"deny", "refuse", "decline", "reject", "rule", "fail", "avoid", "unable", "bar", "prevent", "stop"})
_REFUSE = frozenset({"refuse", "decline", "fail"})
_INVITE = frozenset({"invite", "invitation", "urge", "ask", "call", "propose", "offer", "suggest", "appeal", "demand"})
_IF = frozenset({"if", "unless", "whether", "should", "were"})
_MODAL = frozenset({"would", "could", "may", "might", "should", "can", "must"})
_CHAIN = frozenset(
    {
        "xcomp",
        "ccomp",
        "advcl",
        "relcl",
        "acl",
        "conj",
        "pcomp",
        "dobj",
        "pobj",
        "prep",
        "nsubj",
        "nsubjpass",
        "appos",
        "attr",
        "oprd",
        "dep",
        "npadvmod",
        "compound",
        "amod",
        "poss",
    }
)
NAMES = (
    "past", "present", "future", "perfect", "modal", "would", "negated", "conditional", "plan", "cancel", "deny",
    "invite",
    "infinitive", "gerund", "passive", "question", "noun", "isto", "called_off",
)  # fmt: skip


@dataclass(frozen=True)
class Clause:
    """The verb that governs a word, its tense and the flags of ``NAMES`` as 0/1 floats."""

    verb: Word
    tense: Tense
    flags: tuple[float, ...]

    @cached_property
    def never(self) -> bool:
        """Say whether the clause says that something did not take place: "did not meet", "refused to meet"."""
        if any(c.dep_ == "neg" or c.lower_ == "never" for c in self.verb.children):
            return self.tense == "past" or self["perfect"]
        governor = self.verb.head
        refuses = governor.lemma_ in _REFUSE and self.verb.dep_ == "xcomp"
        return refuses and governor.tag_ in {"VBD", "VBN", "VBG", "VBZ"}

    def __getitem__(self, name: str) -> bool:
        """Say whether a flag of ``NAMES`` is set."""
        return bool(self.flags[NAMES.index(name)])


def verb_of(token: Word) -> Word:
    """Return the nearest verb at or above a token; the root where there is none."""
    while token.pos_ not in {"VERB", "AUX"} and token.head is not token and token.head.i != token.i:
        token = token.head
    return token


def chain(token: Word) -> Iterator[Word]:
    """Yield the token and the words it depends on, up to the root or the start of another main clause."""
    yield token
    while token.head.i != token.i and token.dep_ in _CHAIN:
        token = token.head
        yield token


def _auxiliaries(verb: Word) -> list[Word]:
    found = [child for child in verb.children if child.dep_ in {"aux", "auxpass"}]
    if not found and verb.dep_ == "conj" and verb.head.pos_ in {"VERB", "AUX"} and verb.tag_ in {"VB", verb.head.tag_}:
        return _auxiliaries(verb.head)
    return found


def clause_of(token: Word) -> Clause:
    """Return the clause of a word: "is *scheduled* to meet" makes ``meet`` future and planned."""
    verb = verb_of(token)
    flags = dict.fromkeys(NAMES, 0.0)
    flags["noun"] = float(token.pos_ in {"NOUN", "PROPN"})
    aux = _auxiliaries(verb)
    aux_low = {a.lower_ for a in aux}
    up = list(chain(verb))
    below = list(token.children) + (list(verb.children) if verb.i != token.i else [])
    lemmas = {t.base for t in up[:4]} | {
        t.base for t in up[0].children if t.dep_ in {"acomp", "oprd", "attr", "prt", "advmod"}
    }
    finite = verb
    for t in up:
        helping = {a.lower_ for a in _auxiliaries(t)}
        if t.tag_ in {"VBD", "VBZ", "VBP", "MD"} or (t.pos_ == "VERB" and helping and "to" not in helping):
            finite = t
            break
    finite_aux = {a.lower_ for a in _auxiliaries(finite)}
    to_infinitive = verb.tag_ in {"VB", "VBN"} and "to" in aux_low
    governs = finite is not verb
    if finite_aux & {"will", "'ll", "shall", "wo", "’ll"} or aux_low & {"will", "'ll", "shall", "wo"}:
        flags["future"] = 1
    if to_infinitive and (finite.lemma_ == "be" or finite.base in _PLAN) and governs:
        flags["isto"] = float(finite.lemma_ == "be")
        flags["future"] = 1
    if (
        finite.tag_ == "VBD"
        or (finite_aux & {"had", "was", "were", "did"})
        or (finite.tag_ == "VBN" and finite_aux & {"was", "were", "had"})
    ):
        flags["past"] = 1
    if finite.tag_ in {"VBZ", "VBP"} or finite_aux & {"is", "are", "has", "have", "'s", "does", "do"}:
        flags["present"] = 1
    if aux_low & {"has", "have", "had", "having", "'ve"} or finite_aux & {"has", "have", "had", "'ve"}:
        flags["perfect"] = 1
    flags["would"] = float(bool((aux_low | finite_aux) & {"would", "'d"}))
    flags["modal"] = float(bool((aux_low | finite_aux) & _MODAL))
    flags["negated"] = float(
        any(
            c.dep_ == "neg" or c.lower_ in {"no", "never", "neither", "nor", "without"}
            for t in up[:3]
            for c in t.children
        )
        or any(c.lower_ in {"no", "never"} for c in below)
    )
    flags["conditional"] = float(
        any(c.lower_ in _IF and c.dep_ in {"mark", "aux", "advmod"} for t in up[:4] for c in t.children if c.i <= t.i)
    )
    flags["plan"] = float(bool(lemmas & _PLAN))
    flags["cancel"] = float(bool(lemmas & _CANCEL) or any(c.base in _CANCEL for t in up[:3] for c in t.children))
    flags["called_off"] = float(
        any(c.lower_ in {"off", "out"} and c.dep_ in {"prt", "advmod", "advcl"} for t in up[:3] for c in t.children)
    )
    flags["deny"] = float(bool(lemmas & _DENY))
    flags["invite"] = float(bool({t.base for t in up[1:4]} & _INVITE))
    flags["infinitive"] = float(to_infinitive)
    flags["gerund"] = float(verb.tag_ == "VBG")
    flags["passive"] = float(any(a.dep_ == "auxpass" for a in aux))
    sent = token.sent
    flags["question"] = float(sent[-1].text == "?" or (len(sent) > 1 and sent[-2].text == "?"))
    tense: Tense = (
        "future"
        if flags["future"]
        else "past"
        if flags["past"] or (verb.tag_ in {"VBD", "VBN"} and not flags["present"]) or flags["perfect"]
        else "present"
    )
    return Clause(verb, tense, tuple(flags[name] for name in NAMES))


def subjects_of(token: Word) -> tuple[set[int], int]:
    """Return the indexes of the words that are the subject of a verb, and from how many verbs above they are inherited.

    "Kohl flew to Moscow and conferred with Yeltsin": Kohl is the subject of ``conferred``, one step up. The agent of a
    passive counts as subject; the one "who" stands for does too.
    """
    verb = verb_of(token)
    for steps in range(4):
        agents = [g for c in verb.children if c.dep_ == "agent" for g in c.children if g.dep_ == "pobj"]
        subjects = agents or [c for c in verb.children if c.dep_ in {"nsubj", "nsubjpass"}]
        if subjects:
            found = {t.i for s in subjects for t in (s, *s.conjuncts)}
            if any(s.tag_ in {"WP", "WDT"} for s in subjects) and verb.dep_ == "relcl":
                found |= {verb.head.i}
            return found, steps
        if verb.dep_ in {"acl", "relcl"}:
            return {verb.head.i}, steps
        if verb.dep_ not in {"conj", "xcomp", "advcl", "pcomp", "ccomp", "prep", "dep"} or verb.head.i == verb.i:
            break
        verb = verb_of(verb.head)
    return set(), 9


class Senses:
    """How near a word is in meaning to each group of the frames, by the model's word vectors."""

    def __init__(self, vocab: Vocab) -> None:
        """Average the vectors of each group's words once."""
        table = frames()
        groups = {
            f"{frame}.{name}": words
            for frame in ("visit", "meeting")
            for name, words in table[frame].items()
            if isinstance(words, list)
        }
        groups |= {f"statement.{act}": words for act, words in table["statement"]["verbs"].items()}
        self.names = tuple(sorted(groups))
        self._lexical = {name: frozenset(groups[name]) for name in self.names}
        self._place = {name: i for i, name in enumerate(self.names)}
        self._centre = np.stack([_centre(vocab, groups[name]) for name in self.names])
        self._vocab = vocab
        # By the number that spaCy gives a lemma: this is asked for every word of every candidate.
        self._cache: dict[int, Vector] = {}
        self._rows: dict[int, tuple[float, ...]] = {}
        self._groups: dict[int, frozenset[str]] = {}

    def of(self, token: Word) -> Vector:
        """Return, for each group, 1 where the lemma is listed, else the cosine to the group's centre (at most .9)."""
        near = self._cache.get(token.lemma)
        if near is None:
            vector = np.asarray(self._vocab[token.base].vector, dtype=np.float32)
            norm = float(np.linalg.norm(vector))
            near = self._centre @ vector / norm if norm else np.zeros(len(self.names), dtype=np.float32)
            near = np.clip(near, 0, 0.9)
            for name in self.groups(token):
                near[self._place[name]] = 1.0
            near = near.astype(np.float32)
            _keep(self._cache, token.lemma, near)
        return near

    def row(self, token: Word) -> tuple[float, ...]:
        """Return the same as :meth:`of` as plain numbers, for the rows of candidates."""
        row = self._rows.get(token.lemma)
        if row is None:
            row = tuple(self.of(token).tolist())
            _keep(self._rows, token.lemma, row)
        return row

    def groups(self, token: Word) -> frozenset[str]:
        """Return the groups that list the token's lemma."""
        groups = token.groups
        if groups is None:
            groups = self._groups.get(token.lemma)
            if groups is None:
                lemma = token.base
                groups = frozenset(n for n, words in self._lexical.items() if lemma in words)
                _keep(self._groups, token.lemma, groups)
            token.groups = groups
        return groups

    def listed(self, token: Word, *names: str) -> bool:
        """Say whether the token's lemma is listed in one of the groups."""
        return not self.groups(token).isdisjoint(names)


def _keep(cache: dict[int, Kept], key: int, value: Kept) -> None:
    """Put a value into a cache; a full one begins anew, so that memory does not grow with each article."""
    if len(cache) >= _KEPT:
        cache.clear()
    cache[key] = value


def _centre(vocab: Vocab, words: list[str]) -> Vector:
    vectors = [np.asarray(vocab[word].vector, dtype=np.float32) for word in words if vocab[word].has_vector]
    unit = [v / np.linalg.norm(v) for v in vectors if np.linalg.norm(v) > 0]
    mean: Vector = np.mean(unit, axis=0) if unit else np.zeros(vocab.vectors_length, dtype=np.float32)
    norm = float(np.linalg.norm(mean))
    return mean / norm if norm else mean


@lru_cache(maxsize=1)
def senses(vocab: Vocab) -> Senses:
    """Return the senses for a model's vocabulary, built once a process."""
    return Senses(vocab)
