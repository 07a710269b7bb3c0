"""What warm runs begin with: the modules of the commands and the shapes, loaded in the process they are forked from."""

from kg import cli, pipeline
from kg.workers import _validator
from tests.crash import corpus

__all__ = ["cli", "corpus", "pipeline"]

_validator()
