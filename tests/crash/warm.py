"""What warm runs begin with: the modules of the commands and the shapes, loaded in the process they are forked from."""

import kg.cli
import kg.pipeline
import kg.release
import tests.crash.corpus
from kg.workers import _validator

_validator()
