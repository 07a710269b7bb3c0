"""Which of the offered formats a client wants: ``Accept`` with its weights (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import flask
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header
from werkzeug.utils import cached_property

from server.formats import ALSO_GRAPHS, ALSO_RESULTS, GRAPHS, NAMES, RESULTS
from server.problem import Problem

_LOOSE_WEIGHT = re.compile(r"(;\s*q\s*=\s*)(?:(\d)\.(?!\d)|(\.\d))", re.IGNORECASE)


class Request(flask.Request):
    """A request whose ``Accept`` may weigh as loosely as clients do: ``q=.2``, which Java sends, and ``q=1.``.

    By the grammar these are no weights, and such a range would be passed over.
    """

    @cached_property
    def accept_mimetypes(self) -> MIMEAccept:
        """The media ranges that the client accepts."""
        return _ranges(self.headers.get("Accept", ""))


@lru_cache(maxsize=256)
def _ranges(header: str) -> MIMEAccept:
    accept = _LOOSE_WEIGHT.sub(lambda loose: loose[1] + (loose[2] or "0" + loose[3]), header)
    return parse_accept_header(accept, MIMEAccept)


def choose(accept: MIMEAccept, offered: Sequence[str], *, also: Sequence[str] = ()) -> str:
    """Return the media type with the highest weight; of equals the one named most precisely, then the first offered.

    Without an ``Accept`` header that is the first offer. What is in ``also`` is given only to clients that take none
    of those. Parameters, such as ``profile``, do not count.

    Raises:
        Problem: 406, when the client takes none of them.
    """
    if not accept:
        return offered[0]
    if best := _best(tuple(accept), tuple(offered), tuple(also)):
        return best
    raise Problem(406, f"None of the types in the Accept header is offered here; ask for {', '.join(offered)}.")


@lru_cache(maxsize=256)
def _best(accept: tuple[tuple[str, float], ...], *offers: tuple[str, ...]) -> str:
    """Return the best of the first offers of which any is accepted at all, empty where there are none."""
    ranges = [(media_range.partition(";")[0].strip().lower(), weight) for media_range, weight in accept]
    for types in offers:
        fits = {media_type: _fit(media_type, ranges) for media_type in types}
        best = max(types, key=fits.__getitem__, default="")  # the first of equals
        if best and fits[best][0] > 0:
            return best
    return ""


def _fit(media_type: str, ranges: Iterable[tuple[str, float]]) -> tuple[float, int]:
    """Return the weight of the range that names a type most precisely, and how precisely: 3 whole, 2 family, 0 any."""
    patterns = (media_type, media_type.partition("/")[0] + "/*", "*/*", "*")
    found = [(3 - patterns.index(name), weight) for name, weight in ranges if name in patterns]
    precision, weight = max(found, default=(0, 0.0))
    return weight, precision


def for_results(accept: MIMEAccept, named: Sequence[str] = ()) -> str:
    """Return the media type for the answer to SELECT or ASK; names of formats come before ``Accept``.

    Raises:
        Problem: 406, when the client takes none of :data:`RESULTS`, 400 when no name is that of a format.
    """
    if not named:
        return choose(accept, list(RESULTS), also=list(ALSO_RESULTS))
    return _named(named, {**RESULTS, **ALSO_RESULTS}, form=0)


def for_graph(accept: MIMEAccept, named: Sequence[str] = ()) -> str:
    """Return the media type for the answer to CONSTRUCT or DESCRIBE, likewise.

    Raises:
        Problem: 406, when the client takes none of :data:`GRAPHS`, 400 when no name is that of a format.
    """
    if not named:
        return choose(accept, list(GRAPHS), also=list(ALSO_GRAPHS))
    return _named(named, {**GRAPHS, **ALSO_GRAPHS}, form=1)


def _named(named: Sequence[str], offered: Iterable[str], *, form: int) -> str:
    """Return the media type of the first name that has one, for tables (0) or for graphs (1)."""
    meant = [_meant(name.strip().lower()) for name in named]
    for wanted, types in zip(named, meant, strict=True):
        if wanted.strip().lower() in offered:
            return wanted.strip().lower()
        if found := types[form]:
            return found
    names, given = ", ".join(name for name, types in NAMES.items() if types[form]), ", ".join(named)
    if any(one or other for one, other in meant):
        kind = "CONSTRUCT and DESCRIBE give a graph" if form else "SELECT and ASK give a table"
        raise Problem(406, f"{kind}, which cannot be written as '{given}'; as format give one of {names}.")
    raise Problem(400, f"There is no format '{given}' here; give one of {names}, or send an Accept header instead.")


def _meant(name: str) -> tuple[str | None, str | None]:
    return NAMES.get(name, (name if name in RESULTS else None, name if name in GRAPHS else None))
