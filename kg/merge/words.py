"""How much two renderings of a statement share: the quotation, a part of it, or what an article makes of it."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from simplemma import lemmatize

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_FUNCTION = frozenset(
    _WORD.findall(
        """
    a an the this that these those i me my we us our you your he him his she her it its they them their who whom
    whose which what be am is are was were been being have has had having do does did will would shall should can
    could may might must ought of to in on at by for from with without about as into onto over under up down out off
    than then so if but and or nor not no yes there here all any both each few more most other some such only own
    same too very just also because while when where why how again once until after before between during through
    against s t ll re ve d m mr mrs ms say tell add go get make let one thing ever never always now himself herself
    itself themselves ourselves myself yourself
        """
    )
)
"""Words that any two sentences may share, as lemmas and forms."""
_SKETCH = 8


@lru_cache(maxsize=8192)
def content(words: str) -> frozenset[str]:
    """Return what a statement is about: the lemmas of its words but for the function words."""
    lemmas = (_lemma(word) for word in _WORD.findall(words.casefold().replace("’s", "").replace("'s", "")))
    return frozenset(lemma for lemma in lemmas if lemma not in _FUNCTION)


@lru_cache(maxsize=65536)
def _lemma(word: str) -> str:
    return word if word in _FUNCTION else lemmatize(word, lang="en").casefold()


def sketch(words: frozenset[str]) -> tuple[str, ...]:
    """Return a few of the words such that two statements which share much share one of them (bottom-k sketch).

    After A. Broder, On the resemblance and containment of documents, 1997.
    """
    return tuple(sorted(words, key=_order)[:_SKETCH])


@lru_cache(maxsize=65536)
def _order(word: str) -> bytes:
    return hashlib.blake2b(word.encode(), digest_size=8).digest()


def shared(a: frozenset[str], b: frozenset[str]) -> tuple[float, int]:
    """Return the share of the shorter one's words that the other has too (0–1), and how many these are."""
    both = len(a & b)
    return (both / min(len(a), len(b)), both) if both else (0.0, 0)
