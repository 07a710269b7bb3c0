"""An immutable, citable state of the graph on disk, and the switch from one to the next.

``DIR/releases/<version>/`` holds ``store/`` (Oxigraph), ``dumps/legation-<version>.nq.gz`` (all quads) and
``.sssom.tsv`` (the links), ``manifest.json``, ``SHA256SUMS``, ``chunks.tsv`` (where the dump's members lie) and
``state.sqlite`` (what the next release is grown from); ``DIR/current`` points at one.

``SHA256SUMS`` covers dumps and manifest, which are the same bytes in every build of the same input, and in a release
that grew to the same articles. Store and state hang on the way that led there; ``SHA256SUMS.local`` has their sums.
"""

from kg.release.contents import Contents, software_version
from kg.release.difference import Change, diff
from kg.release.opened import Release, open_release, release_folder
from kg.release.publish import write_release
from kg.release.turn import Turn, unwritable, writing
from kg.release.verify import verify

__all__ = [
    "Change",
    "Contents",
    "Release",
    "Turn",
    "diff",
    "open_release",
    "release_folder",
    "software_version",
    "unwritable",
    "verify",
    "write_release",
    "writing",
]
