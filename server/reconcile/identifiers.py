"""Identifiers of the same thing elsewhere, in one spelling: a Wikidata item's IRI, its page and its Q… are one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

_WIKIDATA = re.compile(
    r"(?:https?://(?:www\.|m\.)?wikidata\.org/(?:entity|wiki)/|wd:|wikidata:)?(Q[1-9]\d{0,11})/?", re.I
)
_GEONAMES = re.compile(r"(?:https?://(?:sws\.|www\.)?geonames\.org/|geonames:)(\d{1,12})(?:/.*)?", re.I)
LONGEST = 1000
"""Most characters of an identifier; longer texts are none."""

_NUMBER = re.compile(r"\d{1,12}")


def keys(target: str) -> Iterator[str]:
    """Yield the keys of an IRI that a thing is linked to: its own, and that of the data set if it is a known one."""
    yield f"iri:{target}"
    if found := _WIKIDATA.fullmatch(target):
        yield f"wikidata:{found[1].upper()}"
    if found := _GEONAMES.fullmatch(target):
        yield f"geonames:{found[1]}"


def notation(datatype: str, code: str) -> str:
    """Return the key of a code: its datatype, and the code without case."""
    return f"{datatype} {code.strip().casefold()}"


def of_text(text: str) -> tuple[str, ...]:
    """Return the keys that a text stands for if it is an identifier: ``Q7747``, an IRI; a bare number is none."""
    text = text.strip() if len(text) <= LONGEST else ""
    if found := _WIKIDATA.fullmatch(text):
        return (f"wikidata:{found[1].upper()}",)
    if found := _GEONAMES.fullmatch(text):
        return (f"geonames:{found[1]}",)
    return (f"iri:{text}",) if re.match("https?://", text) else ()


def of_property(property_id: str, datatype: str, text: str) -> tuple[str, ...]:
    """Return the keys of a value given for a property of identifiers."""
    text = text.strip()
    if datatype:
        return (notation(datatype, text),)
    if property_id == "geonames" and _NUMBER.fullmatch(text):
        return (f"geonames:{text}",)
    return of_text(text)


def path_of(text: str, base: str) -> tuple[str, ...]:
    """Return the ids that a text may be: a path such as ``state/it``, as it stands and decoded, or an IRI.

    ``/id/``, ``/page/`` and ``/data/`` addresses of a server count as well, whichever server it is.
    """
    text = text.strip() if len(text) <= LONGEST else ""
    if text.startswith(base):
        text = text.removeprefix(base)
    elif found := re.match(r"https?://[^/]+/(?:.*/)?(?:id|page|data)/([^?#]+?)(?:\.(?:ttl|nt|jsonld|rdf))?$", text):
        text = found[1]
    return tuple(dict.fromkeys((text, unquote(text))))
