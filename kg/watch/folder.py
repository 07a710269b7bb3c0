"""A folder looked at again and again: what is new or changed in it since, and no longer being written.

Looking (``stat``) was preferred to notices from the kernel, which network file systems do not send and which are lost
while no watch runs, so that one would have to look as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from kg.article import EMPTY, find_files
from kg.article.formats import text_beside
from kg.errors import InputError
from kg.records import Refusal
from kg.watch.seen import Item


def changes(
    folder: Path, marks: Mapping[str, str], *, pause: Callable[[], None], say: Callable[[str], None]
) -> tuple[Item, ...]:
    """Return what differs from ``marks`` and stayed the same during a ``pause``: a file being written is left out.

    A text and the JSON files beside it that tell its date and so on are one item. What went away is not looked for.

    Raises:
        InputError: The folder is not there.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder; make it, or give another")
    before = {item.key: item for item in _look(folder, say) if marks.get(item.key) != item.mark}
    if not before:
        return ()
    pause()
    now = {item.key: item for item in _look(folder, lambda line: None)}
    return tuple(item for key, item in sorted(before.items()) if now.get(key) == item)


def _look(folder: Path, say: Callable[[str], None]) -> Iterator[Item]:
    """Yield the items in the folder as they are now."""
    together: dict[Path, list[Path]] = {}
    for found in find_files(folder, set()):
        if isinstance(found, Refusal):
            if found.reason != EMPTY:
                say(f"{found.source}: {found.reason}; {found.remedy}")
            continue
        text = text_beside(found) if found.suffix.lower() == ".json" else None
        together.setdefault(text or found, []).append(found)
    for key, paths in together.items():
        try:
            # The time of the last change (ctime) cannot be set by whoever copies a file with an older date.
            stats = [(path, path.stat()) for path in sorted({key, *paths})]
        except OSError:  # it went away, or is being renamed
            continue
        mark = json.dumps([[path.name, at.st_size, at.st_mtime_ns, at.st_ctime_ns] for path, at in stats])
        yield Item(str(folder), str(key), mark, tuple(path for path, _ in stats))
