"""How and where a meeting is held, by the words around it."""

from __future__ import annotations

from kg.cast import PlaceMention
from kg.extract.candidate import Draft, Scene
from kg.extract.words import Word
from kg.records import Mode

_VIDEO = frozenset(
    {
        "online", "screen", "teleconference", "video", "video-conference", "videoconference", "videolink", "virtual",
        "virtually", "webinar", "zoom",
    }
)  # fmt: skip
_PHONE = frozenset(
    {
        "by-phone", "dialled", "hotline", "phone", "phoned", "rang", "telephone", "telephoned", "telephonic",
        "telephonically",
    }
)  # fmt: skip
_AT = frozenset({"at", "in", "on", "upon"})
_NEAR = 12
"""Words before and after the cue that may say how they met."""


def mode_of(scene: Scene, draft: Draft) -> Mode:
    """Return how the parties met, by the words of the clause: "spoke by phone", "an online meeting"; else in person."""
    cue = scene.doc[draft.cue]
    words = {t.lower_ for t in _around(scene, cue)}
    lemma = cue.base
    if words & _VIDEO:
        return "video"
    if words & _PHONE or lemma in {"phone", "telephone", "ring", "dial"} or _on_the_line(scene, cue):
        return "phone"
    if lemma == "call" and cue.pos_ == "VERB":
        return "in-person" if _calls_at(scene, cue) else "phone"
    if lemma == "call":
        courtesy = "courtesy" in words or any(
            c.lower_ in _AT and c.dep_ == "prep" and c.i > cue.i for c in cue.children
        )
        return "in-person" if courtesy and not any(c.lower_ == "to" for c in cue.children) else "phone"
    if lemma == "speak" and not scene.places_in[scene.sent_of[draft.cue]]:
        return "phone"
    return "in-person"


def _around(scene: Scene, cue: Word) -> list[Word]:
    """Return the words near the cue, up to the semicolons that part what is told of it from what is not."""
    start, stop = scene.sents[scene.sent_of[cue.i]]
    first, last = max(start, cue.i - _NEAR), min(stop, cue.i + _NEAR + 1)
    parted = [i for i in range(first, last) if scene.doc[i].text == ";"]
    first = max([first, *(i + 1 for i in parted if i < cue.i)])
    return list(scene.doc[first : min([last, *(i for i in parted if i > cue.i)])])


def _on_the_line(scene: Scene, cue: Word) -> bool:
    return any(
        t.lower_ == "line" and t.dep_ == "pobj" and t.head.lower_ in {"on", "over", "down"}
        for t in _around(scene, cue)
    )  # fmt: skip


def _calls_at(scene: Scene, call: Word) -> bool:
    """Say whether somebody calls on somebody, or at a house, or only calls something by a name."""
    below = {c.lower_ for c in call.children if c.dep_ in {"prep", "prt"}}
    after = {t.lower_ for t in scene.doc[call.i + 1 : call.i + 3]}
    return bool((below | after) & _AT) or any(c.dep_ == "oprd" for c in call.children)


def meeting_place(scene: Scene, draft: Draft) -> PlaceMention | None:
    """Return where a meeting is: the nearest city or landmark of its sentence or of two before, else the dateline's."""
    number = scene.sent_of[draft.cue]
    for back in range(0, 3):
        if number - back < 0:
            break
        places = [p for p in scene.places_in[number - back] if p.kind in {"city", "landmark"}]
        if places:
            return min(places, key=lambda p: (abs(p.first - draft.cue), p.first))
    return scene.dateline
