"""An error as people and programs can read it (RFC 9457): a status, what to do next, and further members."""

from __future__ import annotations


class Problem(Exception):  # noqa: N818 - RFC 9457's word for it
    """An error with a status, a sentence that says what to do next, and further members such as ``line``.

    A member ``limit`` names the limit that was hit. Whoever answers requests makes a response of it.
    """

    def __init__(self, status: int, detail: str, *, headers: dict[str, str] | None = None, **members: object) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}
        self.members = members
