"""What feeds delivered, one JSON file an article in ``DIR/inbox``: the newest version of each, kept for good.

They are what ``legation build DIR/inbox`` needs where a release must be made anew; feeds forget within days.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kg.errors import ReleaseError
from kg.release.durable import make_folder, sync

FOLDER = "inbox"


def keep(inbox: Path, record: Mapping[str, Any]) -> Path:
    """Write a record so that it survives a loss of power once this returns, and return the file.

    Raises:
        ReleaseError: The disk is full, or the folder cannot be written.
    """
    path = place(inbox, str(record["id"]))
    # Half a surrogate pair has no UTF-8, but an escape in JSON, which the reader of articles refuses with its name.
    line = json.dumps(record, ensure_ascii=False, sort_keys=True).encode("utf-8", "backslashreplace")
    try:
        make_folder(inbox)
        with tempfile.NamedTemporaryFile(dir=inbox, prefix=".draft-", delete=False) as draft:
            try:
                draft.write(line + b"\n")
                draft.flush()
                os.fsync(draft.fileno())
                Path(draft.name).chmod(0o644)
                Path(draft.name).replace(path)
            except BaseException:
                Path(draft.name).unlink(missing_ok=True)
                raise
        sync(inbox)
    except OSError as error:
        raise ReleaseError(f"{path}: the article cannot be kept ({error}); make room and run again") from error
    return path


def kept(inbox: Path, article: str) -> dict[str, Any] | None:
    """Return the record of an article as it was kept last, None where there is none."""
    try:
        record: dict[str, Any] = json.loads(place(inbox, article).read_bytes())
    except (OSError, ValueError):
        return None
    return record


def place(inbox: Path, article: str) -> Path:
    """Return where an article's record is kept."""
    return inbox / f"{article}.json"


def clean(inbox: Path) -> None:
    """Remove what a killed run left half written."""
    for draft in inbox.glob(".draft-*"):
        draft.unlink(missing_ok=True)
