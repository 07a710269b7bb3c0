"""Which bytes the files of a release must have: ``SHA256SUMS`` and ``SHA256SUMS.local``, for ``sha256sum -c``.

The first lists what is the same in every release of this version and is published; the second lists store and state,
whose bytes hang on the way that led to them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

SUMS, LOCAL = "SHA256SUMS", "SHA256SUMS.local"
STATE = "state.sqlite"
"""Name of the file in a release's folder that the next release is grown from."""

RESTLESS = {"LOCK", "LOG"}
"""Files of a store that say nothing of its contents, and that opening it may touch."""

ANEW = "build the release anew"


def write_sums(path: Path, published: Iterable[Path], *, previous: Path | None = None) -> None:
    """Write both lists for the release in a folder; what it shares with ``previous`` is not read again."""
    _write(path / SUMS, {_name(path, file): sha256(file) for file in published})
    known = dict(_shared(previous)) if previous else {}
    local = {_name(path, file): known.get(_identity(file)) or sha256(file) for file in _local(path)}
    _write(path / LOCAL, local)


def wrong_files(path: Path, *, local: bool = True) -> Iterator[str]:
    """Yield what is wrong with the files of a release, each with the next step; ``local``: store and state as well."""
    yield from _unlike(path, SUMS, ["manifest.json", *(f"dumps/{file.name}" for file in (path / "dumps").glob("*"))])
    if local:
        yield from _unlike(path, LOCAL, [_name(path, file) for file in _local(path)])


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _unlike(path: Path, sums: str, there: Iterable[str]) -> Iterator[str]:
    try:
        listed = read_sums(path / sums)
    except (OSError, ValueError) as error:
        yield f"{path / sums}: cannot be read ({error}); {ANEW}"
        return
    for name, digest in listed.items():
        if not (path / name).is_file() or sha256(path / name) != digest:
            yield f"{path / name}: missing, or not what {sums} lists; {ANEW}"
    for name in sorted({*there} - listed.keys()):
        yield f"{path / name}: not in {sums}; {ANEW}"


def _local(path: Path) -> list[Path]:
    store = (file for file in (path / "store").rglob("*") if file.is_file() and file.name not in RESTLESS)
    return sorted([*store, *(file for file in (path / STATE,) if file.is_file())])


def _shared(previous: Path) -> Iterator[tuple[tuple[int, int], str]]:
    """Yield the files of a release that another may share by hard links, with their digests."""
    try:
        listed = read_sums(previous / LOCAL)
    except (OSError, ValueError):
        return
    for name, digest in listed.items():
        if name.endswith(".sst") and (previous / name).is_file():  # the engine never changes these
            yield _identity(previous / name), digest


def _identity(file: Path) -> tuple[int, int]:
    stat = file.stat()
    return stat.st_dev, stat.st_ino


def _name(path: Path, file: Path) -> str:
    return file.relative_to(path).as_posix()


def read_sums(path: Path) -> dict[str, str]:
    """Return the checksums in a list by the names of the files.

    Raises:
        OSError: The list cannot be read.
        ValueError: It is no such list.
    """
    listed = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        digest, name = line.split("  ", 1)
        listed[name] = digest
    return listed


def _write(path: Path, digests: Mapping[str, str]) -> None:
    lines = (f"{digest}  {name}\n" for name, digest in digests.items())
    path.write_text("".join(lines), encoding="utf-8")
