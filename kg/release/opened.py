"""A published release, opened for reading."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import Store

from kg.errors import ReleaseError
from kg.release.chunks import INDEX, Dump, open_dump


@dataclass(frozen=True)
class Release:
    """A published release, opened for reading."""

    version: str
    path: Path
    manifest: Mapping[str, Any]
    store: Store

    @property
    def dump(self) -> Path:
        """The compressed N-Quads of the whole release."""
        return dump_path(self.path, self.version)


def open_release(out: Path) -> Release:
    """Return the release that ``out/current`` points at, read-only; ``out`` may also be a release's own folder.

    Raises:
        ReleaseError: There is no release, or a part of it is missing.
    """
    path = release_folder(out)
    about = read_manifest(path)
    try:
        return Release(version=about["version"], path=path, manifest=about, store=Store.read_only(str(path / "store")))
    except (OSError, KeyError) as error:
        raise _damaged(path, error) from error


def release_folder(out: Path) -> Path:
    """Return the folder of the release that ``out/current`` points at; ``out`` may also be a release's own folder.

    Raises:
        ReleaseError: There is no release.
    """
    path = (out / "current" if (out / "current").exists() else out).resolve()
    if not (path / "manifest.json").is_file():
        raise no_release(out)
    return path


def no_release(out: Path) -> ReleaseError:
    """Return what to tell where there is no release."""
    return ReleaseError(f"{out}: no release here; make one with: legation build INPUT... --out {out}")


def read_manifest(path: Path) -> dict[str, Any]:
    """Return the manifest of the release in a folder of its own.

    Raises:
        ReleaseError: It is missing or is no manifest.
    """
    try:
        about = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        if not isinstance(about, dict) or not isinstance(about["version"], str):
            raise TypeError("manifest.json is no manifest")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path, error) from error
    return about


def dump_of(path: Path) -> Dump:
    """Return the dump of the release in a folder of its own.

    Raises:
        ReleaseError: The manifest or the dump is missing or damaged.
    """
    return open_dump(dump_path(path, read_manifest(path)["version"]), path / INDEX)


def dump_path(path: Path, version: str) -> Path:
    """Return where the dump of a release lies."""
    return path / "dumps" / f"legation-{version}.nq.gz"


def _damaged(path: Path, error: Exception) -> ReleaseError:
    return ReleaseError(f"{path}: damaged release ({error}); remove this folder and build again")
