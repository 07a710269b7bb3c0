"""How many of what the next release holds: from what the last one says of itself and from what changed.

Only where nothing is said, or the example of a class went away, is the last dump looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice

from kg.rdf.partitions import told_tally
from kg.rdf.tally import TYPE, Tally, iri_of, tally
from kg.release.chunks import Dump


def tally_of(previous: Dump | None, added: Collection[bytes], removed: Collection[bytes] = ()) -> Tally:
    """Return the tally of a release without its description of itself, from that of ``previous`` and its changes.

    It is what counting all lines anew gives. ``added`` and ``removed`` are lines as for
    :func:`kg.release.chunks.write_lines`: in any order, and what is in both counts as neither.

    Raises:
        ReleaseError: The dump of the previous release is damaged.
    """
    more = tally(set(added).difference(removed))
    if previous is None:
        return more
    description = previous.description()
    before = told_tally(description)
    if before is None:
        before = tally(line for member in previous.members[:-1] for line in previous.text(member))
    else:
        # What a release says of itself has no members of the classes shown, so that its examples are the data's.
        before = before.minus(tally(description), examples=before.examples)
    left = before.minus(tally(set(removed).difference(added)), examples=_examples(previous, before.examples, removed))
    return left.plus(more)


def _examples(previous: Dump, examples: Mapping[str, str], removed: Collection[bytes]) -> Mapping[str, str]:
    """Return the examples of a dump's classes when some lines are taken from it."""
    gone: dict[str, set[bytes]] = {}
    for line in removed:
        predicate, _, rest = line.partition(b" ")[2].partition(b" ")
        if predicate == TYPE:
            gone.setdefault(iri_of(rest.partition(b" ")[0]), set()).add(line)
    kept = dict(examples)
    for kind in examples.keys() & gone.keys():
        first = f"<{examples[kind]}>".encode()
        if any(line.startswith(first + b" ") for line in gone[kind]):
            del kept[kind]
            for line in _typed(previous, kind, first):
                if line not in gone[kind]:
                    kept[kind] = iri_of(line.partition(b" ")[0])
                    break
    return kept


def _typed(dump: Dump, kind: str, first: bytes) -> Iterator[bytes]:
    """Yield the lines that type members of a class, from the subject ``first`` on, reading no member before it."""
    begun = [number for number, member in enumerate(dump.members[:-1]) if member.subject <= first + b" "]
    about = TYPE + b" <" + kind.encode() + b"> "
    for member in islice(dump.members, max(begun, default=0), len(dump.members) - 1):
        for line in dump.text(member):
            subject, _, rest = line.partition(b" ")
            if rest.startswith(about) and subject >= first:
                yield line
