"""Sentences in which terms are named, as HTML with links: ``leg:status`` leads to its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from markupsafe import Markup, escape

NAMED = re.compile(r"\b([a-z][a-z0-9]*):([A-Za-z](?:[\w-]*\w)?)")


def linked(text: str, *, prefixes: Mapping[str, str], where: Callable[[str], str]) -> Markup:
    """Return a sentence with its prefixed names as links.

    ``where`` gives the address of an IRI; where it gives none, or no prefix is known, the name stays as it is.
    """
    parts, end = [], 0
    for match in NAMED.finditer(text):
        prefix, name = match.groups()
        target = where(prefixes[prefix] + name) if prefix in prefixes else ""
        parts.append(escape(text[end : match.start()]))
        shown = Markup("<code>{}</code>").format(match[0])
        parts.append(Markup('<a href="{}">{}</a>').format(target, shown) if target else escape(match[0]))
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])
