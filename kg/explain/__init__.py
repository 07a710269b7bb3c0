"""Why a report says what it says: an article's text with its marks, events, rules, confidences and coreference.

The way: :mod:`choose` picks the article, :mod:`gather` asks the reader, :mod:`record` holds what it says,
:mod:`terminal` and :mod:`page` show it.
"""

from __future__ import annotations

from kg.explain.choose import choose
from kg.explain.gather import explain
from kg.explain.page import to_page
from kg.explain.record import Explanation, Mark, Reading, Told
from kg.explain.terminal import to_terminal

__all__ = ["Explanation", "Mark", "Reading", "Told", "choose", "explain", "to_page", "to_terminal"]
