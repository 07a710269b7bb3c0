"""What speaks for a possible statement, in numbers for the models."""

from __future__ import annotations

from bisect import bisect_left

from kg.extract import floor
from kg.extract.candidate import DEPS, Scene, one_hot
from kg.extract.clause import NAMES
from kg.extract.saying import ACTS, KINDS, LINKS, Candidate, act_of, loose, mental
from kg.extract.tenor import features as act_features
from kg.extract.words import Word, root_of
from kg.records import Span

__all__ = ["act_features", "features"]
SUBJECTS = frozenset({"nsubj", "nsubjpass"})
_INNER = frozenset({"ADP", "DET", "NOUN", "ADJ"})
_OPENINGS = ("VERB", "NOUN", "PROPN", "PRON", "DET", "ADP", "AUX", "PART", "ADV", "SCONJ", "ADJ")
_MODALS = ("must", "should", "will", "would", "can", "may")


def features(scene: Scene, candidate: Candidate, rivals: int, made: floor.Floor) -> list[float]:
    """Return what tells whether the words are a statement of the speaker's; ``rivals`` may have said the same words."""
    doc = scene.doc
    mention, cue = candidate.speaker, candidate.cue
    entity = scene.cast.entities[candidate.entity]
    first = bisect_left(scene.parsed.starts, candidate.content.start)
    stop = max(first + 1, bisect_left(scene.parsed.starts, candidate.content.end))
    first = min(first, len(doc) - 1)
    if candidate.content not in made.contents:
        made.contents[candidate.content] = _of_content(scene, candidate.content, first, stop)
    head = doc[mention.head]
    row = [
        *one_hot(candidate.kind, KINDS),
        *one_hot(candidate.link, LINKS),
        *one_hot(candidate.act, ACTS),
        *one_hot(head.dep_, DEPS),
        float(cue is not None and head.head.i == cue.i),
        float(min(abs(mention.head - first), abs(mention.head - stop))),
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
        float(rivals),
        float(scene.zone(mention.head) in {"headline", "deck"}),
        float(len(mention.entities)),
    ]
    row += floor.features(scene, candidate, made, first, stop)
    row += _of_cue(scene, cue, mention.head, first, stop)
    row += made.contents[candidate.content]
    return row


def _of_cue(scene: Scene, cue: Word | None, head: int, first: int, stop: int) -> list[float]:
    """Return what kind of word tells of the saying, how far it stands from speaker and words, and its clause."""
    if cue is None:
        return [0.0, 0.0, 40.0, 40.0] + [0.0] * (6 + len(NAMES) + len(scene.senses.names))
    lemma = cue.base
    return [
        1.0,
        float(act_of(cue) is not None),
        float(abs(cue.i - head)),
        float(min(abs(cue.i - first), abs(cue.i - stop))),
        float(lemma in mental()),
        float(lemma in loose()),
        float(cue.pos_ == "NOUN"),
        float(cue.tag_ == "VBG"),
        float(cue.i < first),
        float(any(c.lower_ == "that" for c in scene.doc[cue.i + 1 : cue.i + 6])),
        *scene.clause(cue).flags,
        *scene.senses.row(cue),
    ]


def _of_content(scene: Scene, span: Span, first: int, stop: int) -> list[float]:
    """Return what the words themselves tell, whoever said them."""
    doc, text = scene.doc, scene.parsed.text
    content = span.of(text)
    plain = content.split()
    words = content.lower().split()
    quotes = [q.span for q in scene.quotes if q.span.start < span.end and span.start < q.span.end]
    quoted = sum(min(q.end, span.end) - max(q.start, span.start) for q in quotes)
    begin, end = scene.sents[scene.sent_of[first]]
    root = root_of(doc[first:stop])
    row = [
        float(len(words)),
        quoted / max(1, len(content)),
        float(content[:1].isupper()),
        float(content[-1:] in ".!?,"),
        float(span.end >= len(text) or text[span.end : span.end + 2].strip()[:1] in {",", ".", "”", '"'}),
        float(scene.quoted[first]),
        sum(word[:1].isupper() for word in plain) / max(1, len(words)),
        # A quoted fragment that goes on with the writer's words: 'of "a good neighbour"'.
        float(first > 1 and doc[first - 1].text in {'"', "'"} and doc[first - 2].pos_ in _INNER),
        float(any(word in {"we", "i", "our", "us", "my"} for word in words)),
        float(any(word in {"not", "no", "never", "n't", "neither"} or word.endswith(("n't", "n’t")) for word in words)),
        float(first == begin),
        float(end - stop),
        (stop - first) / max(1, end - begin),
        float(any(q.end > span.end + 1 for q in quotes)),
        float(any(q.start < span.start - 1 for q in quotes)),
        float(any(t.dep_ in SUBJECTS and first <= t.head.i < stop for t in doc[first : min(stop, first + 40)])),
    ]
    row += [float(modal in words) for modal in _MODALS]
    row += one_hot(doc[first].pos_, _OPENINGS)
    row += scene.senses.row(root)
    row += one_hot(root.dep_, ("ROOT", "ccomp", "xcomp", "dobj", "pobj", "pcomp", "conj", "advcl"))
    return row
