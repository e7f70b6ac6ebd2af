"""Finds the texts, clauses and pairs of one run by their identifiers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from pipeline.domain import Clause, Cluster, Overlap, Resolution, ResolutionPair, RunRecord, cite, cite_clause, place_of
from pipeline.errors import RunError
from pipeline.report.model import ClauseView, InstrumentView, Segment, SegmentKind
from pipeline.report.proposals import mark_of
from pipeline.report.wording import body_name, sentence, standing_name

__all__ = ["Lookup"]

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

# An identifier inside a remark, such as pp/res/191@2022#instructs-dir3.2; a full stop after it is not part of it.
_IDENTIFIER = re.compile(
    r"\b[a-z]+/[a-z]+/[\w.-]+(?:@[\w-]+)?(?:~[a-z0-9]+(?:-[a-z0-9]+)*)?(?:!annex\d+)?(?:#[\w.-]*\w)?"
)

_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


@dataclass(frozen=True)
class Lookup:
    """The parts of a run record by identifier.

    What a finding rests on and the run does not hold is an error: no claim may stand without its evidence.
    """

    record: RunRecord
    # Words worked out once, filled on demand: most remarks and clauses stand beside many pairs. Both follow from the
    # record alone, so whether a word is there yet changes nothing but the time.
    _told: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)
    _plain: dict[str, ClauseView] = field(default_factory=dict, init=False, repr=False, compare=False)
    _clause_names: dict[str, tuple[str, str]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def resolutions(self) -> dict[str, Resolution]:
        """Resolutions by identifier."""
        return {str(resolution.id): resolution for resolution in self.record.resolutions}

    @cached_property
    def clauses(self) -> dict[str, tuple[Clause, Resolution]]:
        """Clauses by identifier, each with the text that it stands in."""
        return {clause.id: (clause, text) for text in self.record.resolutions for clause in text.clauses}

    @cached_property
    def overlaps(self) -> dict[str, Overlap]:
        """Clause pairs by identifier."""
        return {overlap.id: overlap for overlap in self.record.overlaps}

    @cached_property
    def clusters(self) -> dict[str, Cluster]:
        """Clusters by identifier."""
        return {cluster.id: cluster for cluster in self.record.clusters}

    @cached_property
    def paths(self) -> dict[str, str]:
        """Paths of the documents by document identifier."""
        return {document.id: document.path for document in self.record.documents}

    @cached_property
    def _pairs(self) -> dict[frozenset[str], ResolutionPair]:
        return {frozenset((pair.a, pair.b)): pair for pair in self.record.pairs}

    def _names_of_clause(self, clause: Clause, resolution: Resolution) -> tuple[str, str]:
        """The citation of a clause, and its place in its text."""
        if (names := self._clause_names.get(clause.id)) is None:
            names = _cite_clause(resolution, clause), place_of(clause)
            self._clause_names[clause.id] = names
        return names

    def resolution(self, identifier: str) -> Resolution:
        """The resolution of this identifier.

        Raises:
            RunError: the run does not hold it.
        """
        return _get(self.resolutions, identifier, "text")

    def clause(self, identifier: str) -> tuple[Clause, Resolution]:
        """The clause of this identifier, with its text.

        Raises:
            RunError: the run does not hold it.
        """
        return _get(self.clauses, identifier, "clause")

    def overlap(self, identifier: str) -> Overlap:
        """The clause pair of this identifier.

        Raises:
            RunError: the run does not hold it.
        """
        return _get(self.overlaps, identifier, "clause pair")

    def pair(self, a: str, b: str) -> ResolutionPair:
        """The compared pair of these two texts, in whichever order it is kept.

        Raises:
            RunError: the run does not hold it.
        """
        return _get(self._pairs, frozenset((a, b)), "pair of texts")

    def instrument_view(self, identifier: str) -> InstrumentView:
        """One text as a reader meets it."""
        return self.show_instrument(self.resolution(identifier))

    def show_instrument(self, resolution: Resolution) -> InstrumentView:
        """A given text as a reader meets it."""
        edition = resolution.id.edition
        return InstrumentView(
            id=str(resolution.id),
            citation=_cite(resolution),
            title=" ".join(resolution.title.split()),
            body=resolution.body,
            body_label=resolution.body.label,
            body_name=body_name(resolution.body),
            sector=resolution.id.sector.label,
            edition="" if edition in (None, "unk") else str(edition),
            language=resolution.language,
            direction=_direction(resolution.language),
            standing=standing_name(resolution.standing),
            source=self.paths.get(resolution.document_id, ""),
        )

    def clause_view(self, identifier: str, segments: Sequence[Segment] = ()) -> ClauseView:
        """One clause as a reader meets it; without segments its text is one plain run."""
        if not segments and (plain := self._plain.get(identifier)) is not None:
            return plain
        clause, resolution = self.clause(identifier)
        citation, place = self._names_of_clause(clause, resolution)
        view = ClauseView(
            id=clause.id,
            citation=citation,
            place=place,
            call=clause.call,
            label=clause.label,
            page=clause.page,
            text=clause.text,
            segments=tuple(segments) or (Segment(clause.text, SegmentKind.PLAIN),),
            language=resolution.language,
            direction=_direction(resolution.language),
        )
        if not segments:
            self._plain[identifier] = view
        return view

    def tell(self, remark: str) -> str:
        """A remark as a sentence, with citations in place of the identifiers of clauses and texts."""
        if (told := self._told.get(remark)) is None:
            told = sentence(_IDENTIFIER.sub(lambda match: self.citation_of(match[0]) or match[0], remark))
            self._told[remark] = told
        return told

    def citation_of(self, identifier: str) -> str:
        """The citation of a text or clause, "" where the run does not hold it."""
        if identifier in self.clauses:
            return self._names_of_clause(*self.clauses[identifier])[0]
        return _cite(self.resolutions[identifier]) if identifier in self.resolutions else ""


def _cite(resolution: Resolution) -> str:
    """The citation; a proposal, which may bear the very name of the adopted edition, is told by its mark."""
    mark = mark_of(resolution)
    return f"{cite(resolution)} [proposal {mark}]" if mark else cite(resolution)


def _cite_clause(resolution: Resolution, clause: Clause) -> str:
    return f"{_cite(resolution)}, {place_of(clause)}" if mark_of(resolution) else cite_clause(resolution, clause)


def _direction(language: str) -> str:
    return "rtl" if language.partition("-")[0].casefold() in _RIGHT_TO_LEFT else "ltr"


def _get(table: Mapping[_Key, _Value], key: _Key, noun: str) -> _Value:
    try:
        return table[key]
    except KeyError:
        name = " and ".join(sorted(key)) if isinstance(key, frozenset) else key
        raise RunError(
            f"the run is incomplete: a finding rests on the {noun} {name}, which the run does not hold"
        ) from None
