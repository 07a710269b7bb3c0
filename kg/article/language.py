"""Whether a text is in a language that is not read."""

from __future__ import annotations

import re
from functools import lru_cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier  # type: ignore[import-untyped, unused-ignore]

_SAMPLE = 20_000  # characters
_SHORT = 200  # characters below which the guess must be sure
_LIKE_ENGLISH = ("en", "pcm", "sco", "jam")  # Nigerian Pidgin, Scots and Patois are what short English is taken for

# Words of every English text that are no words of its neighbours ("in", "was" and "of" are).
_ONLY_ENGLISH = frozenset(("and", "by", "from", "his", "said", "that", "the", "were", "which", "with"))
_WORD = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def foreign_language(text: str) -> str | None:
    """Return the code of the text's language if that is surely not English, else None.

    A text is English if three of a hundred words are such as "the" and "which". Else it is foreign when the model
    gives English less than 5 % and, below 200 characters, another language more than 90 %: names, capitals and
    quotations make short English look foreign. Codes are ISO 639; "zxx" is no language at all. (Lui & Baldwin
    2012, langid.py, ACL System Demonstrations.)
    """
    sample = text[:_SAMPLE]
    words = _WORD.findall(sample.casefold())
    if sum(word in _ONLY_ENGLISH for word in words) >= max(1, 0.03 * len(words)):
        return None
    shares: dict[str, float] = dict(_identifier().rank(sample.lower() if sample.isupper() else sample))
    if sum(shares.get(code, 0.0) for code in _LIKE_ENGLISH) >= 0.05:
        return None
    best = max(shares, key=lambda code: shares[code])
    return best if len(text) >= _SHORT or shares[best] > 0.9 else None
