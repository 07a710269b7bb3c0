"""What earlier releases described and the current one does not: 410, or the address of what took its place."""

from __future__ import annotations

import threading
from pathlib import Path

from kg.release.gone import GONE, read_gone


class Gone:
    """Tells what became of an IRI, by ``DIR/gone.tsv``, which is read anew when it has changed."""

    def __init__(self, release_dir: Path) -> None:
        self._folder = release_dir
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._successors: dict[str, str] = {}

    def __call__(self, iri: str) -> str | None:
        """Return the IRI that took its place, the empty string where none did, None where it was never there.

        Raises:
            ReleaseError: The table is damaged.
        """
        with self._lock:
            try:
                stat = (self._folder / GONE).stat()
            except FileNotFoundError:
                return None
            if (now := (stat.st_mtime_ns, stat.st_ino)) != self._seen:
                self._successors = read_gone(self._folder)
                self._seen = now
            return self._successors.get(iri)
