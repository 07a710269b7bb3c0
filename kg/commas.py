"""CSV made from the engine's TSV, in which each field says what it is (SPARQL 1.1 Query Results CSV and TSV Formats).

The engine's own CSV leaves IRIs unquoted, though ``…#char=12,40`` has a comma: every row with a span would have a field
too many.
"""

from __future__ import annotations

import re
from typing import IO, cast

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions

_LANGUAGE = re.compile(rb'"@[A-Za-z0-9-]+(?=[\t\n])')
_DATATYPE = re.compile(rb'"\^\^<[^>\t\n]*>(?=[\t\n])')
_TERM = re.compile(
    rb'\s*(?:<(?P<iri>[^>]*)>|"(?P<text>(?:[^"\\]|\\.)*+)"(?:@[A-Za-z0-9-]+|\^\^<[^>]*>)?|(?P<bare>[^\s<"]+))',
    re.DOTALL,
)
_BRACKETS = re.compile(rb"<<\(|\)>>")
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_ESCAPED = {b"t": b"\t", b"n": b"\n", b"r": b"\r", b"b": b"\b", b"f": b"\f"}
_QUOTED = re.compile(rb'[",\r\n]')


def write_table(answer: QuerySolutions | QueryBoolean, out: IO[bytes], form: QueryResultsFormat) -> None:
    """Write the answer to a SELECT or an ASK in a format, CSV by way of TSV."""
    if form == QueryResultsFormat.CSV:
        commas = Commas(out)
        answer.serialize(cast(IO[bytes], commas), format=QueryResultsFormat.TSV)
        commas.end()
    else:
        answer.serialize(out, format=form)


class Commas:
    """A file to which TSV is written and which writes CSV on; it passes on whole lines, and the last one at the end."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._rest = b""
        self._has_head = False

    def write(self, data: bytes) -> int:
        """Take the next bytes of TSV."""
        lines, newline, rest = data.rpartition(b"\n")
        if not newline:
            self._rest += rest
            return len(data)
        lines, self._rest = self._rest + lines, rest
        if not self._has_head:
            head, newline, lines = lines.partition(b"\n")
            self._out.write(head.removeprefix(b"?").replace(b"\t?", b",") + b"\r\n")
            self._has_head = True
        if newline:
            self._out.write(in_commas(lines))
        return len(data)

    def flush(self) -> None:
        """Nothing: the engine flushes before the end, and half a line says nothing yet."""

    def end(self) -> None:
        """Pass on what is no whole line, such as the ``true`` of an ASK."""
        self._out.write(self._rest)
        self._rest = b""


def in_commas(lines: bytes) -> bytes:
    r"""Return rows of the engine's TSV, without their last line end, as CSV: ``<a:b>\t"x"@en`` is ``a:b,x\r\n``.

    Fields are in quotes only where they must be (RFC 4180, section 2).
    """
    if b"," not in lines and b"\\" not in lines and b"<<" not in lines:
        return _unmarked(lines)
    return b"".join(
        b",".join(map(_field, line.split(b"\t"))) + b"\r\n"
        if b"," in line or b"\\" in line or b"<<" in line
        else _unmarked(line)
        for line in lines.split(b"\n")
    )


def _unmarked(lines: bytes) -> bytes:
    """Return rows none of whose fields needs quotes: what marks a term's kind is taken from both ends of each."""
    bare = b"\n" + lines + b"\n"
    bare = _LANGUAGE.sub(b'"', _DATATYPE.sub(b'"', bare))
    for between in (b"\t", b"\n"):
        bare = bare.replace(b">" + between, between).replace(between + b"<", between)
    for between in (b"\t", b"\n"):
        bare = bare.replace(between + b'"', between)
    for between in (b"\t", b"\n"):
        bare = bare.replace(b'"' + between, between)
    return bare[1:].replace(b"\t", b",").replace(b"\n", b"\r\n")


def _field(field: bytes) -> bytes:
    kind = field[:1]
    if kind == b"<" and field[1:2] != b"<":  # an IRI has none of the characters that need more than this
        return b'"' + field[1:-1] + b'"' if b"," in field else field[1:-1]
    if kind == b'"':
        value = field[1 : field.rindex(b'"')]
        if b"\\" not in value:
            return b'"' + value + b'"' if b"," in value else value
        value = _ESCAPE.sub(_character, value)
    elif kind == b"<":
        value = b" ".join(_value(part) for part in _TERM.finditer(_BRACKETS.sub(b" ", field)))
    else:
        return field
    return b'"' + value.replace(b'"', b'""') + b'"' if _QUOTED.search(value) else value


def _value(part: re.Match[bytes]) -> bytes:
    if part["text"] is not None:
        return _ESCAPE.sub(_character, part["text"])
    return part["iri"] or part["bare"] or b""


def _character(escape: re.Match[bytes]) -> bytes:
    return _ESCAPED.get(escape[1], escape[1])
