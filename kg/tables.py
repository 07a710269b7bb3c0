"""The authority's tables as sorted lines: searched where they lie, made into records when first asked for.

A table has tens of thousands of rows of which an article asks for dozens, and each worker has its own copy: parsing
rows costs twenty times what cutting the file into lines does.
"""

from __future__ import annotations

import csv
from bisect import bisect_left
from collections.abc import Callable, Iterator
from importlib.resources.abc import Traversable
from typing import Generic, TypeVar

T = TypeVar("T")


def rows(folder: Traversable, name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of one of the authority's tables."""
    reader = csv.reader((folder / name).read_text("utf-8").splitlines())
    columns = next(reader)
    for row in reader:
        yield dict(zip(columns, row, strict=True))


class Lines:
    """Sorted lines, each with its key before the first separator."""

    def __init__(self, lines: list[str], *, separator: str = "\t") -> None:
        """Keep lines that are sorted by their keys; a separator must sort before all that keys are made of."""
        self.lines, self._separator = lines, separator

    @classmethod
    def read(cls, folder: Traversable, name: str) -> Lines:
        """Return the lines of an index file, with tabs between the fields."""
        return cls((folder / name).read_text("utf-8").split("\n")[:-1])

    def of(self, key: str) -> Iterator[str]:
        """Yield the lines of a key, in their order."""
        prefix = key + self._separator
        for place in range(bisect_left(self.lines, prefix), len(self.lines)):
            if not self.lines[place].startswith(prefix):
                return
            yield self.lines[place]

    def listed(self, key: str) -> tuple[str, ...]:
        """Return the fields behind a key, of its first line."""
        line = next(self.of(key), None)
        return () if line is None else tuple(line.split(self._separator)[1:])


class Table(Generic[T]):
    """A CSV table whose first column is its key. Asking twice gives the same objects."""

    def __init__(self, folder: Traversable, name: str, read: Callable[[dict[str, str]], T]) -> None:
        """Cut the file into lines; ``read`` makes a record of a row."""
        header, *lines = (folder / name).read_text("utf-8").split("\n")[:-1]
        self._columns = header.split(",")
        self._lines = Lines(lines, separator=",")
        self._read = read
        self._made: dict[str, tuple[T, ...]] = {}

    def all(self, key: str) -> tuple[T, ...]:
        """Return the records of a key, in the table's order."""
        made = self._made.get(key)
        if made is None:
            found = [self._read(dict(zip(self._columns, row, strict=True))) for row in csv.reader(self._lines.of(key))]
            if not found:  # not kept: what is asked for in vain has no end
                return ()
            made = self._made.setdefault(key, tuple(found))
        return made

    def get(self, key: str) -> T | None:
        """Return the first record of a key."""
        return next(iter(self.all(key)), None)

    def keys(self) -> tuple[str, ...]:
        """Return the keys, each once, sorted."""
        return tuple(dict.fromkeys(line.partition(",")[0] for line in self._lines.lines))

    def records(self) -> tuple[T, ...]:
        """Return all records, in the table's order."""
        return tuple(record for key in self.keys() for record in self.all(key))

    def places(self, *columns: str) -> Iterator[tuple[str, ...]]:
        """Yield the key and these columns of each row, without making records."""
        wanted = [self._columns.index(column) for column in columns]
        for row in csv.reader(self._lines.lines):
            yield (row[0], *(row[column] for column in wanted))
