"""Every error that Legation raises on purpose; each message names the file or address and the next step."""


class LegationError(Exception):
    """The root of them all: catch this one to catch what Legation itself reports."""


class InputError(LegationError):
    """An article cannot be read: the message names the file, the reason and the remedy."""


class NothingError(InputError):
    """Not one of the articles can be published, so that there is no release: the message has all their reasons."""


class NonConformingError(LegationError):
    """An article's triples break the SHACL shapes: the message carries the shape's own words."""


class ReleaseError(LegationError):
    """A release is missing, incomplete or cannot be written."""


class BusyError(ReleaseError):
    """Somebody else is publishing there; the same thing may be asked for again when they are done."""


class QueryError(LegationError):
    """A SPARQL query is malformed or asks for what is not offered, such as an update."""


class ModelError(LegationError):
    """A language or scoring model is missing or is not the one that was pinned."""


class ServiceError(LegationError):
    """A service that was asked is down, or will not answer; asking on would not help."""


class AnswerError(LegationError):
    """An answer of a service cannot be used, which need not be so of the next one."""
