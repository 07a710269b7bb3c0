"""What speaks for a possible statement, in numbers for the models."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np

from kg.extract import floor
from kg.extract.candidate import DEPS, Scene, one_hot
from kg.extract.saying import ACTS, KINDS, LINKS, Candidate, act_of, loose, mental
from kg.extract.tenor import features as act_features

__all__ = ["act_features", "features"]
SUBJECTS = frozenset({"nsubj", "nsubjpass"})
_MODALS = ("must", "should", "will", "would", "can", "may")


def features(scene: Scene, candidate: Candidate, rivals: int, made: floor.Floor) -> list[float]:
    """Return what tells whether the words are a statement of the speaker's; ``rivals`` may have said the same words."""
    doc, text = scene.doc, scene.parsed.text
    mention = candidate.speaker
    entity = scene.cast.entities[candidate.entity]
    first = bisect_left(scene.parsed.starts, candidate.content.start)
    stop = max(first + 1, bisect_left(scene.parsed.starts, candidate.content.end))
    first = min(first, len(doc) - 1)
    content = candidate.content.of(text)
    words = content.lower().split()
    quoted = sum(
        max(0, min(q.span.end, candidate.content.end) - max(q.span.start, candidate.content.start))
        for q in scene.quotes
    )
    cue = candidate.cue
    clause = scene.clause(cue) if cue is not None else None
    head = doc[mention.head]
    apart = min(abs(mention.head - first), abs(mention.head - stop))
    row = (
        one_hot(candidate.kind, KINDS)
        + one_hot(candidate.link, LINKS)
        + one_hot(candidate.act, ACTS)
        + one_hot(head.dep_, DEPS)
    )
    row += [
        float(cue is not None),
        float(cue is not None and act_of(cue) is not None),
        float(abs(cue.i - mention.head)) if cue is not None else 40.0,
        float(min(abs(cue.i - first), abs(cue.i - stop))) if cue is not None else 40.0,
        float(cue is not None and head.head.i == cue.i),
        float(apart),
        float(mention.first >= stop),
        float(scene.sent_of[mention.head] == scene.sent_of[first]),
        float(scene.sent_of[mention.head] == scene.sent_of[min(stop, len(doc)) - 1]),
        float(mention.kind == "pronoun"),
        float(mention.kind == "role"),
        float(mention.kind in {"state", "capital"}),
        float(mention.kind == "group"),
        float(mention.kind == "organization"),
        mention.score,
        float(entity.kind == "person"),
        float(entity.named),
        float(len(words)),
        quoted / max(1, len(content)),
        float(content[:1].isupper()),
        float(content[-1:] in ".!?,"),
        float(text[candidate.content.end : candidate.content.end + 2].strip()[:1] in {",", ".", "”", '"'})
        if candidate.content.end < len(text)
        else 1.0,
        float(rivals),
        float(scene.zone(mention.head) in {"headline", "deck"}),
        float(scene.quoted[first]),
        float(len(mention.entities)),
        sum(word[:1].isupper() for word in content.split()) / max(1, len(words)),
        float(
            first > 0
            and doc[first - 1].text in {'"', "'"}
            and first > 1
            and doc[first - 2].pos_ in {"ADP", "DET", "NOUN", "ADJ"}
        ),
        float(any(word in {"we", "i", "our", "us", "my"} for word in words)),
        float(any(word in {"not", "no", "never", "n't", "neither"} or word.endswith(("n't", "n’t")) for word in words)),
    ]
    row += [float(modal in words) for modal in _MODALS]
    row += floor.features(scene, candidate, made, first, stop)
    begin, end = scene.sents[scene.sent_of[first]]
    opening = doc[first]
    inside = [q for q in scene.quotes if q.span.start < candidate.content.end and candidate.content.start < q.span.end]
    row += one_hot(opening.pos_, ("VERB", "NOUN", "PROPN", "PRON", "DET", "ADP", "AUX", "PART", "ADV", "SCONJ", "ADJ"))
    row += [
        float(first == begin),
        float(end - stop),
        (stop - first) / max(1, end - begin),
        float(any(q.span.end > candidate.content.end + 1 for q in inside)),
        float(any(q.span.start < candidate.content.start - 1 for q in inside)),
        float(cue is not None and cue.lemma_.lower() in mental()),
        float(cue is not None and cue.lemma_.lower() in loose()),
        float(cue is not None and cue.pos_ == "NOUN"),
        float(cue is not None and cue.tag_ == "VBG"),
        float(cue is not None and cue.i < first),
        float(cue is not None and any(c.lower_ == "that" for c in doc[cue.i + 1 : cue.i + 6])),
        float(
            any(
                t.dep_ in {"nsubj", "nsubjpass"} and first <= t.head.i < stop
                for t in doc[first : min(stop, first + 40)]
            )
        ),
    ]
    row += list(clause.flags) if clause is not None else [0.0] * 19
    row += (scene.senses.of(cue) if cue is not None else np.zeros(len(scene.senses.names))).tolist()
    root = doc[first:stop].root
    row += scene.senses.of(root).tolist()
    row += one_hot(root.dep_, ("ROOT", "ccomp", "xcomp", "dobj", "pobj", "pcomp", "conj", "advcl"))
    return row
