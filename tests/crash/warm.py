"""What warm runs begin with: what the commands load once, loaded in the process that they are forked from.

Nothing here may start a thread: a forked process has none of them, and waits for what they hold.
"""

from kg.article.record import Record, to_article
from kg.merge import merge
from kg.workers import _validator
from tests.crash import command
from tests.crash.corpus import invented_reader, text

__all__ = ["command"]

_validator()
merge([invented_reader().read(to_article(Record("a.txt", {"text": text(key)}, key))) for key in ("a", "b", "c")])
