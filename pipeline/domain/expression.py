"""Language versions of one edition: the same text in another language, tied to it clause by clause."""

from dataclasses import dataclass

from pipeline.domain.span import Span

__all__ = ["Expression", "Rendering"]


@dataclass(frozen=True, slots=True)
class Rendering:
    """One clause in the language of an expression: ``clause`` is its identifier in the main text.

    ``text`` is the words of the clause without its ``label``; ``span`` lies in the document of the expression.
    """

    clause: str
    label: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Expression:
    """A text in another language than the one that is compared.

    ``resolution`` identifies the edition that both are, ``document_id`` the document that the expression stands in.
    ``missing`` are clauses of the main text without a rendering, ``further`` identifiers of clauses that only the
    expression has: both are empty where the structure is the same.
    """

    resolution: str
    language: str
    document_id: str
    title: str
    renderings: tuple[Rendering, ...]
    missing: tuple[str, ...] = ()
    further: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether each clause of one text has its counterpart in the other."""
        return not self.missing and not self.further
