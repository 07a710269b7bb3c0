"""What must be on the disk before the next step: files and folders flushed, in that order."""

from __future__ import annotations

import os
from pathlib import Path


def sync_tree(folder: Path) -> None:
    """Flush all files of a folder, then the folders from the innermost to the folder itself."""
    for path, _, files in os.walk(folder, topdown=False):
        for name in sorted(files):
            if not (Path(path) / name).is_symlink():
                sync(Path(path) / name)
        sync(Path(path))


def sync(path: Path) -> None:
    """Flush one file, or the names in one folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> None:
    """Make a folder with those above it, so that their names outlast a loss of power."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync(path.parent)
