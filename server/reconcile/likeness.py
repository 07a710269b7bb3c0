"""How alike two names are: 1 for one name written in one way, less for a transliteration, a typo, a part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from rapidfuzz import fuzz

from kg.spelling import normalise, skeleton

SOUND = 0.9
"""Two words that may be one in another transliteration: ``Sergei``, ``Sergey``."""
SOUND_FROM = 0.65
"""Share of common letters from which equal consonants tell a transliteration: ``Paice`` is not ``Peake``."""
FAR_SOUND = 0.75
"""Two words with the same consonants and few other letters in common."""
INITIAL = 0.7
"""A letter that may stand for a word: ``A.`` for ``Antony``."""
TYPO = 0.9
"""Most for two words that differ in a letter or so; times the share of letters that they have in common."""
TYPO_FROM = 0.8
"""Share of common letters (indel ratio) from which two words may be one with a slip."""
ONE_WORD = 0.85
"""Most for one word against one that sounds like it: ``Niger`` and ``Nigeria`` have the same consonants."""
ORDER = 0.99
"""The same words in another order."""

_POLITE = frozenset({"mr", "mrs", "ms", "dr", "sir", "dame", "hon", "he", "hm", "hrh", "the"})


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name as they are compared: normalised, without article and forms of address.

    >>> words("The Hon. Antony J. Blinken")
    ('antony', 'j', 'blinken')
    """
    found = tuple(normalise(name).split())
    return tuple(word for word in found if word not in _POLITE) or found


@lru_cache(maxsize=65536)
def bones(word: str) -> str:
    """Return what a word's transliterations share; a particle, which has no such thing, stands for itself."""
    return skeleton(word) or word


def likeness(one: Sequence[str], other: Sequence[str], weight: Callable[[str], float]) -> float:
    """Return how alike two names are, 0 to 1, given their :func:`words`.

    A Dice coefficient over words: each word of the shorter name is paired with the one that it is most like, pairs
    count with their likeness and all words with their ``weight``, the more the rarer they are (after the soft TF-IDF
    of Cohen, Ravikumar and Fienberg, 2003). Whole equals are 1 and nothing else is.
    """
    if one == other:
        return 1.0
    total = sum(map(weight, one)) + sum(map(weight, other))
    if not total:
        return 0.0
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    pairs = sorted(
        ((_alike(a, b), i, j) for i, a in enumerate(short) for j, b in enumerate(long)), key=lambda pair: -pair[0]
    )
    shared, used_short, used_long = 0.0, set[int](), set[int]()
    for alike, i, j in pairs:
        if not alike:
            break
        if i not in used_short and j not in used_long:
            used_short.add(i)
            used_long.add(j)
            shared += alike * (weight(short[i]) + weight(long[j]))
    score = shared / total
    if len(short) == len(long) == 1:
        return min(score, ONE_WORD)
    glued = fuzz.ratio("".join(short), "".join(long)) / 100 * SOUND  # "al Qaeda", "alQaeda"
    return min(max(score, glued), ORDER)


@lru_cache(maxsize=65536)
def _alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if len(one) == 1 or len(other) == 1:
        return INITIAL if one[0] == other[0] else 0.0
    ratio = fuzz.ratio(one, other) / 100
    if bones(one) == bones(other):
        return SOUND if ratio >= SOUND_FROM else FAR_SOUND
    return TYPO * ratio if ratio >= TYPO_FROM else 0.0
