"""The tenor of what is said, which tells the act where the verb of saying does not: will, must, never, thank."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc
from spacy.vocab import Vocab

from kg.extract.candidate import Scene, one_hot
from kg.extract.saying import ACTS, Candidate, act_of
from kg.extract.words import Word, root_of
from kg.lexicon import frames

Vector = NDArray[np.float32]
_I = frozenset({"i", "we", "my", "our", "us"})
_WILL = frozenset({"will", "'ll", "’ll", "shall", "would", "'d", "wo"})
_MUST = frozenset({"must", "should", "ought", "need", "needs", "let", "cannot"})
_NO = frozenset({"no", "not", "n't", "n’t", "never", "nothing", "nobody", "neither", "nor", "none", "without"})
_IF = frozenset({"if", "unless", "otherwise", "should", "were", "or"})
_TIME = frozenset({"tomorrow", "next", "soon", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"})


@lru_cache(maxsize=1)
def tenors() -> dict[str, frozenset[str]]:
    """Return the words of judging, asking, promising and so on, by the act that they tend to perform."""
    return {act: frozenset(words) for act, words in sorted(frames()["statement"]["tenor"].items())}


@lru_cache(maxsize=1)
def _centres(vocab: Vocab) -> Vector:
    rows = []
    for words in tenors().values():
        own = [np.asarray(vocab[w].vector, dtype=np.float32) for w in sorted(words) if vocab[w].has_vector]
        unit = [v / np.linalg.norm(v) for v in own]
        mean = np.mean(unit, axis=0) if unit else np.zeros(vocab.vectors_length, dtype=np.float32)
        rows.append(mean / max(1e-9, float(np.linalg.norm(mean))))
    made: Vector = np.asarray(rows, dtype=np.float32)
    return made


def _nearness(doc: Doc, words: list[Word]) -> Vector:
    """Return how near each token is to the middle of each tenor's words, one row a token (one of zeros for none)."""
    tokens = [doc[word.i] for word in words]
    vectors = [t.vector / norm for t in tokens if (norm := t.vector_norm) > 0]
    found: Vector = (
        np.asarray(vectors, dtype=np.float32) @ _centres(doc.vocab).T
        if vectors
        else np.zeros((1, len(tenors())), dtype=np.float32)
    )
    return found


def features(scene: Scene, candidate: Candidate) -> list[float]:
    """Return what the act of a statement shows by: its own features, its cue, the mood and the words of the content."""
    doc = scene.doc
    first = min(bisect_left(scene.parsed.starts, candidate.content.start), len(doc) - 1)
    stop = max(first + 1, bisect_left(scene.parsed.starts, candidate.content.end))
    tokens = list(doc[first:stop])
    low = [t.lower_ for t in tokens]
    lemmas = {t.base for t in tokens}
    said = set(low)
    full = [t for t in tokens if t.pos_ in {"VERB", "NOUN", "ADJ", "AUX"}]
    senses = np.asarray([scene.senses.of(t) for t in full]) if full else np.zeros((1, len(scene.senses.names)))
    near = _nearness(scene.parsed.doc, full)
    root = root_of(doc[first:stop])
    before = _cue_before(scene, first, candidate.cue)
    cue = candidate.cue
    around = {t.lower_ for t in cue.subtree if not first <= t.i < stop} if cue is not None else set()
    row = [
        *candidate.features,
        *senses.mean(axis=0).tolist(),
        *senses.max(axis=0).tolist(),
        *near.mean(axis=0).tolist(),
        *near.max(axis=0).tolist(),
        *(float(len(words & lemmas)) for words in tenors().values()),
    ]
    row += [
        float(bool(said & _I)),
        float(bool(said & _WILL)),
        float(bool(said & _MUST)),
        float(bool(said & _NO)),
        float(bool(said & _IF)),
        float(bool(said & _TIME)),
        float(bool(said & _I) and bool(said & _WILL)),
        float(low[0] in _IF),
        float(low[0] in _NO),
        float(low[0] == "to"),
        float(tokens[0].tag_ == "VB" or low[0] in {"let", "please", "do"}),
        float(tokens[0].tag_ == "VBG"),
        float("?" in said),
        float("!" in said),
        float(bool(said & {"ready", "willing", "prepared", "offer", "hope"})),
        float(bool(around & {"for", "on"})),
        float(bool(around & {"that"})),
        float(bool(around & _NO)),
        float(len(tokens)),
        float(root.tag_ in {"VBD", "VBN"}),
        float(root.tag_ in {"VBZ", "VBP"}),
        float(root.tag_ in {"VB", "MD"}),
        float(any(t.dep_ == "neg" for t in root.children)),
        float(any(t.lower_ in _WILL for t in root.children)),
        float(any(t.lower_ in _MUST for t in root.children)),
        float(any(t.lower_ in _I and t.dep_ == "nsubj" for t in root.children)),
        float(candidate.direct),
    ]
    row += one_hot(before, ACTS)
    good, bad = (sorted(tenors()).index(act) for act in ("praise", "criticise"))
    judging = [i for i, t in enumerate(full) if t.pos_ == "ADJ"]
    colour = (_nearness(scene.parsed.doc, [full[i] for i in judging])[:, [good, bad]]) if judging else np.zeros((1, 2))
    every = near.mean(axis=0)
    helping = [t for t in root.children if t.dep_ in {"aux", "auxpass"}]
    earlier = {act_of(t) for t in _sentence_before(scene, first)}
    return [
        *row,
        *colour.max(axis=0).tolist(),
        float(colour[:, 0].max() - colour[:, 1].max()),
        float(every[good] - every[bad]),
        float(np.argmax(every)),
        float(root.tag_ == "VB" and not helping),
        float(any(t.tag_ in {"JJS", "RBS"} for t in tokens)),
        float(bool({"accuse", "criticise"} & earlier)),
        float("demand" in earlier),
        float(cue is not None and cue.base in {"insist", "reply", "retort", "answer", "respond"}),
    ]


def _sentence_before(scene: Scene, first: int) -> list[Word]:
    number = scene.sent_of[first] - 1
    if number < 0:
        return []
    start, stop = scene.sents[number]
    return [t for t in scene.doc[start:stop] if not scene.quoted[t.i]]


def _cue_before(scene: Scene, first: int, cue: Word | None) -> str:
    """Return the act of the last word of saying before the content in its sentence, other than its own."""
    start, _ = scene.sents[scene.sent_of[first]]
    for token in reversed(scene.doc[start:first]):
        if (cue is None or token.i != cue.i) and not scene.quoted[token.i] and (act := act_of(token)):
            return act
    return ""
