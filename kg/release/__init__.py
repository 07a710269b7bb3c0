"""An immutable, citable state of the graph on disk, and the switch from one to the next.

``DIR/releases/<version>/`` holds ``store/`` (Oxigraph), ``dumps/legation-<version>.nq.gz`` (all quads) and
``.sssom.tsv`` (the links), ``manifest.json``, ``SHA256SUMS``, ``chunks.tsv`` (where the dump's members lie) and
``state.sqlite`` (what the next release is grown from); ``DIR/current`` points at one.

``SHA256SUMS`` covers dumps and manifest, which are the same bytes in every build of the same input, and in a release
that grew to the same articles. Store and state are left out: their files hang on the way that led there.
"""

from kg.release.contents import Contents, software_version
from kg.release.opened import Release, open_release, release_folder
from kg.release.publish import write_release
from kg.release.turn import Turn, unwritable, writing

__all__ = [
    "Contents",
    "Release",
    "Turn",
    "open_release",
    "release_folder",
    "software_version",
    "unwritable",
    "write_release",
    "writing",
]
