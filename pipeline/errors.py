"""Every error the product raises on purpose, under one root.

    OverlapError                 root; carries the exit code of the command line
    ├── UsageError               2    the request itself makes no sense
    ├── ConfigurationError       3    settings, reference data or model files are wrong
    │   ├── ReferenceDataError        a versioned data file breaks its own rules
    │   └── ModelError                the embedding model is missing or has another digest
    ├── InputError               4    nothing readable was given
    │   ├── UnknownIdentifierError    an identifier does not parse or is not in the run
    │   └── UnreadableDocumentError        one document cannot be read; becomes a ``Rejected`` row
    └── RunError                 8    a run folder is missing, incomplete or locked

A bad *document* never ends a run: readers raise ``UnreadableDocumentError`` and the ingest stage turns it
into a ``Rejected`` row with the same reason.
"""

__all__ = [
    "ConfigurationError",
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


class ConfigurationError(OverlapError):
    """A setting, a reference file or a model file is missing or wrong."""

    exit_code = 3


class ReferenceDataError(ConfigurationError):
    """A versioned data file breaks the rules of its loader; the text names file and entry."""


class ModelError(ConfigurationError):
    """The embedding model is not installed, or its digest is not the pinned one."""


class InputError(OverlapError):
    """The given path or identifier leads to nothing that can be read."""

    exit_code = 4


class UnknownIdentifierError(InputError):
    """An identifier does not follow the grammar, or names nothing in the run."""


class UnreadableDocumentError(InputError):
    """One document cannot be read; the text says why in plain words and what to do."""


class RunError(OverlapError):
    """A run folder is missing, incomplete or in use."""

    exit_code = 8
