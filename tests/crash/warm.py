"""What warm runs begin with: the modules of the commands and the shapes, loaded in the process they are forked from."""

from kg.workers import _validator
from tests.crash import command

__all__ = ["command"]

_validator()
