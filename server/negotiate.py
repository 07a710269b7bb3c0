"""Which of the offered formats a client wants: ``Accept`` with its weights (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from werkzeug.datastructures import MIMEAccept

from server.problem import Problem


def choose(accept: MIMEAccept, offered: Sequence[str]) -> str:
    """Return the media type with the highest weight; of equals the one named most precisely, then the first offered.

    Without an ``Accept`` header that is the first offer. Parameters, such as ``profile``, do not count.

    Raises:
        Problem: 406, when the client takes none of them.
    """
    if not accept:
        return offered[0]
    ranges = [(media_range.partition(";")[0].strip().lower(), weight) for media_range, weight in accept]
    fits = {media_type: _fit(media_type, ranges) for media_type in offered}
    best = max(offered, key=fits.__getitem__)  # the first of equals
    if fits[best][0] <= 0:
        raise Problem(406, f"None of the types in the Accept header is offered here; ask for {', '.join(offered)}.")
    return best


def _fit(media_type: str, ranges: Iterable[tuple[str, float]]) -> tuple[float, int]:
    """Return the weight of the range that names a type most precisely, and how precisely: 2 whole, 1 family, 0 any."""
    patterns = (media_type, media_type.partition("/")[0] + "/*", "*/*")
    found = [(2 - patterns.index(name), weight) for name, weight in ranges if name in patterns]
    precision, weight = max(found, default=(0, 0.0))
    return weight, precision
