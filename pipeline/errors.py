"""Every error the product raises on purpose, under one root.

    OverlapError                 root; carries the exit code of the command line
    ├── UsageError               2    the request itself makes no sense
    │   └── FilterError               a filter of the review names an unknown key or value
    ├── ConfigurationError       3    settings, reference data or model files are wrong
    │   ├── ReferenceDataError        a versioned data file breaks its own rules
    │   ├── ModelError                the embedding model is missing or has another digest
    │   └── DatabaseError             the database is missing, of another version, or cannot be reached
    ├── InputError               4    nothing readable was given
    │   ├── UnknownIdentifierError    an identifier does not parse or is not in the run
    │   └── UnreadableDocumentError        one document cannot be read; becomes a ``Rejected`` row
    ├── GateError                6    a check that was asked for found a fault
    │   └── ChainError                the ledger of decisions was tampered with
    ├── RunError                 8    a run folder is missing, incomplete or locked
    └── ForbiddenError           9    the role of the person does not allow it

A bad *document* never ends a run: readers raise ``UnreadableDocumentError`` and the ingest stage turns it
into a ``Rejected`` row with the same reason.
"""

__all__ = [
    "ChainError",
    "ConfigurationError",
    "DatabaseError",
    "FilterError",
    "ForbiddenError",
    "GateError",
    "InputError",
    "ModelError",
    "OverlapError",
    "ReferenceDataError",
    "RunError",
    "UnknownIdentifierError",
    "UnreadableDocumentError",
    "UsageError",
]


class OverlapError(Exception):
    """Root of all errors of the product; its text is meant for a person."""

    exit_code = 1


class UsageError(OverlapError):
    """The request contradicts itself or names something that cannot be done."""

    exit_code = 2


class FilterError(UsageError):
    """A filter of the review names a key or a value that does not exist; the text names it."""


class ConfigurationError(OverlapError):
    """A setting, a reference file or a model file is missing or wrong."""

    exit_code = 3


class ReferenceDataError(ConfigurationError):
    """A versioned data file breaks the rules of its loader; the text names file and entry."""


class ModelError(ConfigurationError):
    """The embedding model is not installed, or its digest is not the pinned one."""


class DatabaseError(ConfigurationError):
    """The database is missing, its schema is of another version, or it cannot be reached."""


class InputError(OverlapError):
    """The given path or identifier leads to nothing that can be read."""

    exit_code = 4


class UnknownIdentifierError(InputError):
    """An identifier does not follow the grammar, or names nothing in the run."""


class UnreadableDocumentError(InputError):
    """One document cannot be read; the text says why in plain words and what to do."""


class GateError(OverlapError):
    """A check that was asked for found a fault."""

    exit_code = 6


class ChainError(GateError):
    """The ledger of decisions no longer is what was written; the text names the first line that differs."""


class RunError(OverlapError):
    """A run folder is missing, incomplete or in use."""

    exit_code = 8


class ForbiddenError(OverlapError):
    """The role of the person does not allow what was asked; the text names the role that does."""

    exit_code = 9
