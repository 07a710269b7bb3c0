"""Reading articles: text, JSON, JSON lines and HTML files, or folders of them, into ``Article`` records.

This is the only way in. An input that cannot be published comes back as a ``Refusal`` that names the file, the
line or item, the reason and the remedy; the others are read on. Text is kept as given, line ends included,
since every span counts its characters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from kg.article.formats import KINDS, reader_of
from kg.article.record import UnfitError, to_article
from kg.records import Article, Refusal

__all__ = ["EMPTY", "find_files", "read_inputs"]

EMPTY = "the folder is empty"


def read_inputs(paths: Sequence[Path]) -> Iterator[Article | Refusal]:
    """Yield an article or a refusal for everything that ``paths`` name: files, and folders with all below them.

    Folders are read in the order of their names, without what begins with a dot or an underscore; a file named
    twice is read once. The id is the record's or the file's stem; a record of a list or of JSON lines without
    one gets an id made from its address or text, the same wherever it stands. Beside ``X.txt`` a ``X.json``
    without text gives its metadata (``published``, ``title``, ``url`` …), and other JSON without text named
    ``X.….json`` is passed over. The date of publication is the metadata's, else the byline's, else that of a
    dateline with a year, else none. Ids that come twice are left to the caller.
    """
    seen: set[Path] = set()
    for path in paths:
        for found in find_files(path, seen):
            if isinstance(found, Refusal):
                yield found
            else:
                yield from _read(found)


def find_files(path: Path, seen: set[Path]) -> Iterator[Path | Refusal]:
    """Yield the files at or below ``path`` that are not in ``seen``; add what was visited to it."""
    try:
        real = path.resolve(strict=True)
        if real in seen:
            return
        seen.add(real)
        if path.is_file():
            yield path
            return
        if not path.is_dir():
            yield Refusal(str(path), "it is neither a file nor a folder", "save what it delivers as a file first")
            return
        inside = sorted(entry for entry in path.iterdir() if entry.name[0] not in "._")
    except (OSError, RuntimeError) as error:
        yield _unreadable(path, error)
        return
    if not inside:
        yield Refusal(str(path), EMPTY, f"put {KINDS} files into it")
    for entry in inside:
        yield from find_files(entry, seen)


def _unreadable(path: Path, error: OSError | RuntimeError) -> Refusal:
    if isinstance(error, FileNotFoundError):
        return Refusal(str(path), "there is no such file or folder", "check the name")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Refusal(str(path), f"it cannot be read: {reason}", "check its permissions and that it is complete")


def _read(path: Path) -> Iterator[Article | Refusal]:
    """Yield what one file holds."""
    try:
        for record in reader_of(path)(path):
            if isinstance(record, Refusal):
                yield record
                continue
            try:
                yield to_article(record)
            except UnfitError as unfit:
                yield unfit.refusal(record.name)
    except UnfitError as unfit:
        yield unfit.refusal(str(path))
    except OSError as error:
        yield _unreadable(path, error)
