"""Identifiers of works, expressions and components after AKN4UN and the published conversion of PP-18."""

import re
from dataclasses import dataclass, replace

from pipeline.domain import Body, ForeignId, InstrumentId, QuestionId, Resolution, parse_instrument_id
from pipeline.errors import UnknownIdentifierError
from pipeline.reference.closing import closing_date

__all__ = ["Expression", "actor_of", "expression_of", "target_iri", "work_iri"]

_ROOT = "/akn/un/statement/deliberation"
_LANGUAGES = {"ar": "ara", "zh": "zho", "en": "eng", "fr": "fra", "ru": "rus", "es": "spa"}
_BASIC_TEXTS = (Body.CONSTITUTION, Body.CONVENTION, Body.GENERAL_RULES, Body.UNKNOWN)
_UNDATED = "0001-01-01"


@dataclass(frozen=True, slots=True)
class Expression:
    """One text in one language: its IRIs, date (ISO 8601), and what the date is (``basis``).

    ``basis`` is ``closing`` for the last day of the conference, ``year`` for 1 January of the edition's year, ``none``
    when nothing is known. ``part`` is ``main`` or ``annex_1``.
    """

    work: str
    number: str
    actor: str
    date: str
    basis: str
    language: str
    part: str = "main"

    @property
    def uri(self) -> str:
        """IRI of the expression."""
        return f"{self.work}/{self.language}@{self.date}"

    def component(self, annex: int) -> "Expression":
        """The same expression, its annex of this number."""
        return replace(self, part=f"annex_{annex}")


def expression_of(resolution: Resolution) -> Expression:
    """The expression that a resolution is."""
    date, basis = _date(resolution.id)
    return Expression(
        work=work_iri(resolution.id),
        number=_number(resolution.id),
        actor=actor_of(resolution.id),
        date=date,
        basis=basis,
        language=_LANGUAGES.get(resolution.language, resolution.language or "und"),
    )


def work_iri(identifier: InstrumentId) -> str:
    """IRI of the work of one edition; without a date where none is known."""
    date, basis = _date(identifier)
    dated = "" if basis == "none" else f"/{date}"
    return f"{_ROOT}/{actor_of(identifier)}{dated}/{_number(identifier)}"


def actor_of(identifier: InstrumentId) -> str:
    """``itu-pp``, ``itu-council`` …; ``itu`` where no body is known; ``un-ga`` for an organ of another organisation."""
    if isinstance(identifier, ForeignId):
        return identifier.body.value
    return "itu" if identifier.body in _BASIC_TEXTS else f"itu-{identifier.body.value}"


def target_iri(target: str) -> str:
    """IRI of what a citation points to: an instrument by its work, anything else as a name of our own."""
    try:
        return work_iri(parse_instrument_id(target.partition("#")[0].partition("!")[0]))
    except UnknownIdentifierError:
        return "urn:overlap:" + re.sub(r"[^0-9A-Za-z/._~()!:@-]+", "_", target)


def _number(identifier: InstrumentId) -> str:
    if isinstance(identifier, QuestionId):
        return f"q-{identifier.number}-{identifier.study_group}"
    proposal = "" if identifier.proposal is None else f"_{identifier.proposal}"
    return f"{identifier.type.value}-{identifier.number}{proposal}"


def _date(identifier: InstrumentId) -> tuple[str, str]:
    year = identifier.year
    if year is None:
        return _UNDATED, "none"
    closing = closing_date(identifier.body, year)
    return (f"{year:04}-01-01", "year") if closing is None else (closing.isoformat(), "closing")
