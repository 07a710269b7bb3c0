"""What there is to download: the files of the releases in a folder, and of the differences between them."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kg.dumps.files import PACKED, File, offered, part_named
from kg.release import Release
from kg.release.difference import BETWEEN
from kg.release.sums import SUMS, read_sums

UNPACKED = ("manifest.json", SUMS)
"""Files of a release that are offered beside those in ``dumps/``; its store is not."""

_TYPES = {
    **{f".{ending}": media_type for ending, media_type in PACKED.items()},
    ".cff": "application/yaml",
    ".csv": "text/csv",
    ".json": "application/json",
    ".md": "text/markdown",
    ".parquet": "application/vnd.apache.parquet",
    ".tsv": "text/tab-separated-values",
}
"""By the last ending alone: of an archive, what is inside is the client's to unpack."""


@dataclass(frozen=True)
class Download:
    """A file that is offered; ``path`` is where it lies, ``size`` is in bytes, ``digest`` its SHA-256 if that is known.

    ``about`` says what is in it, where its name tells.
    """

    name: str
    path: Path
    size: int
    media_type: str
    digest: str = ""
    about: File | None = None


def releases(folder: Path, current: Release) -> dict[str, Path]:
    """Return the complete releases in a folder by version, the current one first, then the others from new to old."""
    there = folder / "releases"
    found = [path for path in there.iterdir() if _complete(path)] if there.is_dir() else []
    found.sort(key=lambda path: ((path / "manifest.json").stat().st_mtime_ns, path.name), reverse=True)
    others = {path.name: path for path in found if path.name != current.version}
    return {current.version: current.path, **others}


def differences(folder: Path) -> dict[str, Path]:
    """Return the published differences by the two versions that they lie between, sorted."""
    there = folder / "diffs"
    found = sorted(there.iterdir()) if there.is_dir() else []
    return {path.name: path for path in found if BETWEEN in path.name and not path.name.startswith(".")}


def of_release(version: str, path: Path) -> list[Download]:
    """Return the files of a release: what it is made with first, then what is made of it, by name."""
    digests = _digests(path)
    there = {file.name: file for file in _files(path / "dumps")}
    parts = {part for name in there if (part := part_named(name, version))}
    known = {file.name: file for file in offered(version, parts, every=True)}
    names = [*(name for name in known if name in there), *(name for name in there if name not in known)]
    beside = [path / name for name in UNPACKED if (path / name).is_file()]
    return [
        *(_download(there[name], digests.get(f"dumps/{name}", ""), known.get(name)) for name in names),
        *(_download(file, digests.get(file.name, "")) for file in beside),
    ]


def of_difference(path: Path) -> list[Download]:
    """Return the files of a difference, by name."""
    return [_download(file) for file in _files(path)]


def _complete(path: Path) -> bool:
    """Say whether a folder is a release; drafts have names that start with a dot."""
    return not path.name.startswith(".") and (path / "manifest.json").is_file()


def _files(folder: Path) -> Iterator[Path]:
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return (file for file in found if file.is_file() and not file.name.startswith("."))


@lru_cache(maxsize=64)
def _digests(path: Path) -> Mapping[str, str]:
    """Return the checksums of a release by name; a release never changes."""
    try:
        return read_sums(path / SUMS)
    except (OSError, ValueError):  # the files are there all the same; legation verify tells
        return {}


def _download(file: Path, digest: str = "", about: File | None = None) -> Download:
    return Download(file.name, file, file.stat().st_size, _media_type(file.name), digest, about)


def _media_type(name: str) -> str:
    ending = f".{name.rpartition('.')[2]}"
    return _TYPES.get(ending) or mimetypes.guess_type(name)[0] or "text/plain"
