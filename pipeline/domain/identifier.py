"""Identifiers of works, editions, Questions, foreign texts and clauses; parsing and formatting are inverse."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from pipeline.domain.body import Body, Organ, Sector, organ_of
from pipeline.errors import UnknownIdentifierError

__all__ = [
    "ForeignId",
    "InstrumentId",
    "InstrumentType",
    "QuestionId",
    "ResolutionId",
    "clause_id",
    "instrument_of",
    "parse_instrument_id",
]

_RESOLUTION_ID = re.compile(
    r"(?P<body>[a-z]+)/(?P<type>res|dec|rec|op|no|art)/(?P<number>[0-9A-Za-z][0-9A-Za-z-]*)"
    r"(?:@(?P<edition>\d{4}|r\d+|unk))?(?:~(?P<proposal>[0-9a-z]+(?:-[0-9a-z]+)*))?"
)
_QUESTION_ID = re.compile(
    r"(?P<sector>r|t|d|unk)/q/(?P<number>\d{1,3})\.(?P<group>\d{1,2})(?:@(?P<period>\d{4}-\d{4}|\d{4}|r\d+|unk))?"
)
_FOREIGN_ID = re.compile(
    r"(?P<organisation>[a-z][a-z0-9]*)/(?P<organ>[a-z][a-z0-9]*)/(?P<type>res|dec|rec|op)/"
    r"(?P<number>[0-9A-Za-z][0-9A-Za-z-]*)(?:@(?P<edition>\d{4}|unk))?(?:~(?P<proposal>[0-9a-z]+(?:-[0-9a-z]+)*))?"
)
_BODY_CODES = frozenset(body.value for body in Body)
_ASSEMBLIES = {Sector.R: Body.RA, Sector.T: Body.WTSA, Sector.D: Body.WTDC}


class InstrumentType(StrEnum):
    """Kind of text, by the code used in identifiers."""

    RESOLUTION = "res"
    DECISION = "dec"
    RECOMMENDATION = "rec"
    OPINION = "op"
    QUESTION = "q"
    PROVISION = "no"
    ARTICLE = "art"

    @property
    def label(self) -> str:
        """The word a document uses, such as ``Resolution`` or ``Decision``."""
        return "No." if self is InstrumentType.PROVISION else self.name.capitalize()


@dataclass(frozen=True, slots=True)
class ResolutionId:
    """A numbered text of a body, with or without its edition.

    ``number`` is kept as written (``191``, ``14A``); drafts have a kebab-case name such as ``draft-eur-1``.
    ``edition`` is a year, ``r7`` for a seventh revision whose year is unknown, ``unk``, or None for the work.
    ``proposal`` tells a proposed text from the adopted one: ``mod-eur-901a2-1`` for the marker MOD EUR/901A2/1; in a
    text of unknown body it names the document instead (``doc-1f2e3d4c``).
    """

    body: Body
    type: InstrumentType
    number: str
    edition: str | None = None
    proposal: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``body/type/number[@edition][~proposal]``.

        Raises:
            UnknownIdentifierError: the text does not follow the grammar or names no body.
        """
        match = _RESOLUTION_ID.fullmatch(text)
        if match is None or match["body"] not in _BODY_CODES:
            raise UnknownIdentifierError(f"{text!r} is no identifier; an example is pp/res/191@2022")
        return cls(
            Body(match["body"]), InstrumentType(match["type"]), match["number"], match["edition"], match["proposal"]
        )

    def __str__(self) -> str:
        edition = "" if self.edition is None else f"@{self.edition}"
        proposal = "" if self.proposal is None else f"~{self.proposal}"
        return f"{self.body.value}/{self.type.value}/{self.number}{edition}{proposal}"

    @property
    def work(self) -> Self:
        """The same text in any edition."""
        return replace(self, edition=None, proposal=None)

    @property
    def sector(self) -> Sector:
        """The Sector that the text binds."""
        return self.body.sector

    @property
    def year(self) -> int | None:
        """Year of adoption, when the edition tells it."""
        return int(self.edition) if self.edition is not None and self.edition.isdigit() else None


@dataclass(frozen=True, slots=True)
class QuestionId:
    """A Question of a study group: Sector, number, study group and, where known, the study period.

    Question numbers are ambiguous between Sectors; ``sector`` is ``UNION`` (written ``unk``) while it stays open.
    """

    sector: Sector
    number: str
    study_group: str
    edition: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``sector/q/number.study-group[@period]``.

        Raises:
            UnknownIdentifierError: the text does not follow the grammar.
        """
        match = _QUESTION_ID.fullmatch(text)
        if match is None:
            raise UnknownIdentifierError(f"{text!r} is no Question identifier; an example is d/q/7.1@2022-2025")
        sector = Sector.UNION if match["sector"] == "unk" else Sector(match["sector"])
        return cls(sector, match["number"], match["group"], match["period"])

    def __str__(self) -> str:
        period = "" if self.edition is None else f"@{self.edition}"
        sector = "unk" if self.sector is Sector.UNION else self.sector.value
        return f"{sector}/q/{self.number}.{self.study_group}{period}"

    @property
    def type(self) -> InstrumentType:
        """Always ``QUESTION``."""
        return InstrumentType.QUESTION

    @property
    def body(self) -> Body:
        """The assembly or conference that approves Questions of this Sector."""
        return _ASSEMBLIES.get(self.sector, Body.UNKNOWN)

    @property
    def work(self) -> Self:
        """The same Question in any study period."""
        return replace(self, edition=None)

    @property
    def year(self) -> int | None:
        """First year of the study period, when known."""
        return int(self.edition[:4]) if self.edition is not None and self.edition[:4].isdigit() else None


@dataclass(frozen=True, slots=True)
class ForeignId:
    """A text of another organisation: ``un/ga/res/71-243@2016``.

    ``number`` is as cited, with ``-`` between its parts; ``edition`` is the year of adoption, ``unk``, or None for the
    work. ``proposal`` names the document of a text whose number is not known.
    """

    organisation: str
    organ: str
    type: InstrumentType
    number: str
    edition: str | None = None
    proposal: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``organisation/organ/type/number[@edition][~proposal]``.

        Raises:
            UnknownIdentifierError: the text does not follow the grammar, or the organisation is a body of the Union.
        """
        match = _FOREIGN_ID.fullmatch(text)
        if match is None or match["organisation"] in _BODY_CODES:
            raise UnknownIdentifierError(f"{text!r} is no identifier; an example is un/ga/res/71-243@2016")
        return cls(
            match["organisation"],
            match["organ"],
            InstrumentType(match["type"]),
            match["number"],
            match["edition"],
            match["proposal"],
        )

    def __str__(self) -> str:
        edition = "" if self.edition is None else f"@{self.edition}"
        proposal = "" if self.proposal is None else f"~{self.proposal}"
        return f"{self.organisation}/{self.organ}/{self.type.value}/{self.number}{edition}{proposal}"

    @property
    def work(self) -> Self:
        """The same text in any edition."""
        return replace(self, edition=None, proposal=None)

    @property
    def body(self) -> Organ:
        """The organ that adopts the text."""
        return organ_of(self.organisation, self.organ)

    @property
    def sector(self) -> Sector:
        """Always ``OUTSIDE``: it binds no Sector of the Union."""
        return self.body.sector

    @property
    def year(self) -> int | None:
        """Year of adoption, when the edition tells it."""
        return int(self.edition) if self.edition is not None and self.edition.isdigit() else None


InstrumentId = ResolutionId | QuestionId | ForeignId


def parse_instrument_id(text: str) -> InstrumentId:
    """The identifier of a resolution-like text, of a Question, or of a text of another organisation.

    Raises:
        UnknownIdentifierError: the text follows none of the grammars.
    """
    if text.count("/") == 3:
        return ForeignId.parse(text)
    return QuestionId.parse(text) if "/q/" in text else ResolutionId.parse(text)


def clause_id(instrument: InstrumentId, call: str, path: tuple[str, ...], annex: int | None = None) -> str:
    """Identifier of one clause, such as ``pp/res/191@2022#instructs-dir3.2``.

    Args:
        instrument: the edition that holds the clause.
        call: slug of the call line; ``p`` for running paragraphs of an annex.
        path: item labels from the outermost inwards, without brackets.
        annex: number of the annex, when the clause stands in one.
    """
    holder = str(instrument) if annex is None else f"{instrument}!annex{annex}"
    return f"{holder}#{'.'.join((call, *path))}"


def instrument_of(clause: str) -> InstrumentId:
    """The instrument part of a clause identifier (or of an instrument identifier).

    Raises:
        UnknownIdentifierError: the part before ``#`` is no instrument identifier.
    """
    return parse_instrument_id(clause.partition("#")[0].partition("!")[0])
