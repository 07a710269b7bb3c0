"""The file formats that articles come in: each reader yields a file's records, or refusals of single ones."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO

from kg.article.record import Record, UnfitError, kind_of
from kg.records import Refusal

MAX_FILE_BYTES = 256 * 2**20
MAX_RECORD_BYTES = 16 * 2**20  # a million characters, each escaped as in JSON

KINDS = ".txt, .json, .jsonl, .jsonl.gz or .html"

_MAGIC = (
    (b"%PDF-", "a PDF", "take its text out first, for example with `pdftotext`"),
    (b"PK\x03\x04", "a ZIP archive or an office document", "unpack it, or save it as plain text"),
    (b"\xd0\xcf\x11\xe0", "an office document", "save it as plain text"),
    (b"{\\rtf", "an RTF document", "save it as plain text"),
    (b"\x89PNG", "a picture", "leave it out"),
    (b"\xff\xd8\xff", "a picture", "leave it out"),
    (b"GIF8", "a picture", "leave it out"),
    (b"\x1f\x8b", "compressed", "unpack it with `gunzip`; only .jsonl.gz is read compressed"),
    (b"\xff\xfe", "UTF-16", "save it as UTF-8, for example with `iconv -f UTF-16 -t UTF-8`"),
    (b"\xfe\xff", "UTF-16", "save it as UTF-8, for example with `iconv -f UTF-16 -t UTF-8`"),
)

Reader = Callable[[Path], Iterator[Record | Refusal]]


def reader_of(path: Path) -> Reader:
    """Return the reader for a file of this name.

    Raises:
        UnfitError: files of its kind are not read.
    """
    name = path.name.lower()
    for suffix, reader in _READERS.items():
        if name.endswith(suffix):
            return reader
    if name.endswith((".warc", ".warc.gz")):
        raise UnfitError("WARC files are not read yet", "take its pages out as .html files, for example with `warcat`")
    raise UnfitError(f'files of the kind "{path.suffix or path.name}" are not read', f"give {KINDS} files")


def _text(path: Path) -> Iterator[Record | Refusal]:
    text = decode(_content(path))
    fields: dict[str, object] = {}
    beside = path.with_name(f"{path.stem}.json")
    if beside.is_file():
        try:
            metadata = _parse(decode(_content(beside)))
        except UnfitError as unfit:
            reason = f"its metadata in {beside.name} cannot be read: {unfit.reason}"
            raise UnfitError(reason, f"{unfit.remedy}, or remove that file") from None
        if isinstance(metadata, dict) and not _has_text(metadata):
            fields.update(metadata)
    yield Record(str(path), {**fields, "text": text}, path.stem)


def _html(path: Path) -> Iterator[Record | Refusal]:
    raw = _content(path)
    _refuse_binary(raw)
    yield Record(str(path), {"html": raw}, path.stem)


def _json(path: Path) -> Iterator[Record | Refusal]:
    value = _parse(decode(_content(path)))
    if isinstance(value, list):
        if not value:
            raise UnfitError("the list holds no article", "leave the file out")
        for number, item in enumerate(value, start=1):
            yield _record(f"{path}, item {number}", item)
    elif not (isinstance(value, dict) and not _has_text(value) and text_beside(path)):
        yield _record(str(path), value, path.stem)


def _json_lines(path: Path) -> Iterator[Record | Refusal]:
    with path.open("rb") as stream:
        yield from _lines_of(path, stream)


def _compressed_json_lines(path: Path) -> Iterator[Record | Refusal]:
    with gzip.open(path) as stream:
        yield from _lines_of(path, stream)


def _lines_of(path: Path, stream: IO[bytes] | gzip.GzipFile) -> Iterator[Record | Refusal]:
    number = 0
    try:
        for number, line in _limited_lines(stream):
            source = f"{path}:{number}"
            try:
                if line is None:
                    raise _too_long(f"the line is longer than {MAX_RECORD_BYTES:,} bytes")
                elif line.strip():
                    yield _record(source, _parse(decode(line.rstrip())))
            except UnfitError as unfit:
                yield unfit.refusal(source)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        reason = f"the compressed file is damaged after line {number}: {error}"
        yield Refusal(str(path), reason, "compress it again with `gzip`; the lines before are read")
        return
    if number == 0:
        raise UnfitError("the file is empty", "leave it out")


def _limited_lines(stream: IO[bytes] | gzip.GzipFile) -> Iterator[tuple[int, bytes | None]]:
    """Yield each line with its number, None for one that is too long to be held."""
    number = 0
    while line := stream.readline(MAX_RECORD_BYTES + 1):
        number += 1
        fits = len(line) <= MAX_RECORD_BYTES
        yield number, line if fits else None
        while not fits and line and not line.endswith(b"\n"):
            line = stream.readline(MAX_RECORD_BYTES + 1)


_READERS: Mapping[str, Reader] = {
    ".txt": _text,
    ".json": _json,
    ".jsonl": _json_lines,
    ".jsonl.gz": _compressed_json_lines,
    ".html": _html,
    ".htm": _html,
}


def _content(path: Path) -> bytes:
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise _too_long(f"the file has {size:,} bytes, more than {MAX_FILE_BYTES:,}")
    return path.read_bytes()


def _too_long(reason: str) -> UnfitError:
    return UnfitError(reason, "split it; many articles go into a .jsonl file, one a line")


def decode(raw: bytes) -> str:
    """Return UTF-8 bytes as text, a byte order mark left out.

    Raises:
        UnfitError: the bytes are none, binary, or not UTF-8; the reason has the offset of the first wrong byte.
    """
    _refuse_binary(raw)
    body = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start + len(raw) - len(body)
        reason = f"it is not UTF-8: byte 0x{raw[offset]:02x} at offset {offset}"
        raise UnfitError(reason, "save it as UTF-8, for example with `iconv -f WINDOWS-1252 -t UTF-8`") from None


def _refuse_binary(raw: bytes) -> None:
    if not raw:
        raise UnfitError("the file is empty", "leave it out")
    for magic, kind, remedy in _MAGIC:
        if raw.startswith(magic):
            raise UnfitError(f"it is {kind}, not plain text", remedy)
    if b"\0" in raw:
        raise UnfitError(f"it is binary: byte 0x00 at offset {raw.index(0)}", f"give {KINDS} files")


def _parse(text: str) -> object:
    try:
        value: object = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}" if "\n" in text else f"column {error.colno}"
        raise UnfitError(f"it is not JSON: {error.msg} at {where}", "correct it there") from None
    except (ValueError, RecursionError) as error:
        raise UnfitError(f"it cannot be read as JSON: {error}", "write it anew with a JSON library") from None
    return value


def _record(source: str, value: object, stem: str | None = None) -> Record | Refusal:
    if isinstance(value, dict):
        return Record(source, value, stem)
    return Refusal(source, f"it is {kind_of(value)}, not an object", 'write {"id": …, "text": …, "published": …}')


def _has_text(fields: Mapping[str, object]) -> bool:
    return fields.get("text") is not None or fields.get("html") is not None


def text_beside(path: Path) -> Path | None:
    """Return the text file that a JSON file belongs to, if one is there: X.txt for X.json or X.….json."""
    parts = path.name.split(".")[:-1]
    beside = (path.with_name(".".join([*parts[:count], "txt"])) for count in range(1, len(parts) + 1))
    return next((text for text in beside if text.is_file()), None)
