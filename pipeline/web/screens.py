"""What the pair screen prints, worked out from the detail of a pair and the query of its address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from urllib.parse import quote, urlencode

from pipeline.domain import Evidence, Match, Outcome, PairState, Relation, Remedy
from pipeline.report.featurenames import feature_name
from pipeline.store.database.views import ClauseView, History, PairDetail, Related
from pipeline.web.comparison import ComparisonView, Mode, Side, comparison_of, swapped
from pipeline.web.i18n import N_
from pipeline.web.wording import OUTCOMES, RELATED

__all__ = ["EvidenceScreen", "PairScreen", "Recheck", "pair_screen", "resolution_address", "side_of"]

# Features whose words can be shown in the comparison.
_SHOWABLE = frozenset(
    {"wording", "both_ways", "near_copy", "run", "moved", "object", "action", "pointer", "formula_shared"}
)
_NEXT_MODE = {Mode.SIDE: Mode.INLINE, Mode.INLINE: Mode.LIST, Mode.LIST: Mode.SIDE}


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One line of the score; ``width`` is the length of its bar of 100, ``address`` shows its words."""

    feature: str
    label: str
    sentence: str
    points: float
    width: float
    lit: bool
    address: str


@dataclass(frozen=True, slots=True)
class EvidenceScreen:
    """``bias`` and the points of the lines add up to ``log_odds``, from which ``probability`` follows."""

    lines: tuple[EvidenceLine, ...]
    bias: float
    log_odds: float
    probability: float
    reasons_for: tuple[str, ...]
    reasons_against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one clause since it was decided."""

    heading: str
    comparison: ComparisonView


@dataclass(frozen=True, slots=True)
class Recheck:
    """The decision that was made before a text changed, and the changes."""

    name: str
    at: str
    outcome: Outcome
    remedy: Remedy | None
    reason: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the history: a decision, an undoing or a comment."""

    id: str
    name: str
    what: str
    at: str
    body: str
    remedy: Remedy | None = None
    mine: bool = False
    undoable: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Where a clause stands, and in which file."""

    heading: str
    title: str
    language: str
    address: str
    document: str
    passage: str
    file: str
    page: int | None


@dataclass(frozen=True, slots=True)
class RelatedPair:
    """Another pair, with a message that says why it is worth a look.

    ``label`` tells the pair next to the one on the screen: what both have in common is left out; ``whole`` tells all.
    """

    id: str
    label: str
    whole: str
    state: PairState
    why: str


@dataclass(frozen=True, slots=True)
class PairScreen:
    """Everything about one pair that the screen prints; in a blind first pass score, rank and relation are missing."""

    id: str
    version: int
    blind: bool
    state: PairState
    relation: Relation | None
    demoted: bool
    doubtful: bool
    rank: int | None
    finding: str | None
    cluster: str | None
    left: Side
    right: Side
    comparison: ComparisonView
    is_swapped: bool
    next_mode: str
    whole: str
    evidence: EvidenceScreen | None
    band: str
    recheck: Recheck | None
    sources: tuple[Source, ...]
    related: tuple[RelatedPair, ...]
    family: int
    former: tuple[str, ...]
    history: tuple[Event, ...]


def pair_screen(detail: PairDetail, asked: Mapping[str, str], path: str, person: str, band: str = "") -> PairScreen:
    """The screen of a pair.

    Args:
        detail: the pair, as this person may see it.
        asked: the query of the address: ``mode``, ``swap``, ``identical``, ``standard``, ``moved``, ``why``.
        path: the path of the address, for links that change the query.
        person: who looks.
        band: a sentence on how often pairs of this score were confirmed.
    """
    mode = Mode(asked["mode"]) if asked.get("mode") in set(Mode) else Mode.SIDE
    turned = asked.get("swap") == "yes"
    sides = (side_of(detail.left), side_of(detail.right))
    evidence = detail.evidence
    comparison = _compare(sides, evidence, asked, mode, turned, detail.similarity)
    return PairScreen(
        id=detail.row.id,
        version=detail.version,
        blind=detail.hidden,
        state=detail.row.state or PairState.OPEN,
        relation=detail.row.relation,
        demoted=detail.row.demoted,
        doubtful=detail.row.doubtful,
        rank=detail.row.rank,
        finding=detail.row.finding,
        cluster=detail.row.cluster,
        left=comparison.left,
        right=comparison.right,
        comparison=comparison,
        is_swapped=turned,
        next_mode=_NEXT_MODE[mode].value,
        whole=f"/compare?{urlencode({'left': detail.left.resolution, 'right': detail.right.resolution})}",
        evidence=_evidence(detail, evidence, asked, path) if evidence else None,
        band=band,
        recheck=_recheck(detail) if detail.row.state is PairState.RECHECK else None,
        sources=tuple(_source(clause) for clause in (detail.left, detail.right)),
        related=tuple(
            RelatedPair(
                one.pair,
                _beside(one, detail.left, detail.right),
                f"{one.left_citation} – {one.right_citation}",
                one.state or PairState.OPEN,
                RELATED[one.why],
            )
            for one in detail.related
        ),
        family=detail.family_size,
        former=detail.former,
        history=tuple(_events(detail, person)),
    )


def resolution_address(resolution: str, clause: str = "") -> str:
    """Where a resolution is shown, at one of its clauses if one is given."""
    anchor = clause.partition("#")[2]
    return f"/resolutions/{quote(resolution, safe='/@')}" + (f"#{quote(anchor)}" if anchor else "")


def _beside(one: Related, left: ClauseView, right: ClauseView) -> str:
    """The citations of a related pair, without the text or the clause that it shares with the pair on the screen."""
    first, second = one.left_citation, one.right_citation
    if first.startswith(f"{right.resolution_citation}, ") or second.startswith(f"{left.resolution_citation}, "):
        first, second = second, first
    shared = {"left": left.citation, "right": right.citation}.get(one.why)
    told = [citation for citation in (first, second) if citation != shared]
    return " – ".join(_short(citation, left, right) for citation in told)


def _short(citation: str, left: ClauseView, right: ClauseView) -> str:
    for clause in (left, right):
        text = f"{clause.resolution_citation}, "
        if citation.startswith(text):
            return citation.removeprefix(text).replace(", item ", " ")
    return citation


def side_of(clause: ClauseView) -> Side:
    """A clause as one side of a comparison."""
    return Side(
        heading=clause.resolution_citation,
        place=clause.spot,
        text=clause.text,
        language=clause.language,
        address=resolution_address(clause.resolution, clause.id),
        page=clause.page,
        title=clause.title,
    )


def _compare(
    sides: tuple[Side, Side],
    evidence: Evidence | None,
    asked: Mapping[str, str],
    mode: Mode,
    turned: bool,
    similarity: float | None,
) -> ComparisonView:
    matches: tuple[Match, ...] = evidence.matches if evidence else ()
    why = asked.get("why", "") if evidence else ""
    told = next((line.sentence for line in evidence.contributions if line.feature == why), "") if evidence else ""
    left, right = reversed(sides) if turned else sides
    return comparison_of(
        left,
        right,
        swapped(matches) if turned else matches,
        mode=mode,
        why=why,
        words=told,
        similarity=similarity,
        fold=asked.get("identical") == "hide",
        dim=asked.get("standard") != "plain",
        moves=asked.get("moved") != "hide",
    )


def _evidence(detail: PairDetail, evidence: Evidence, asked: Mapping[str, str], path: str) -> EvidenceScreen:
    widest = max((abs(line.points) for line in evidence.contributions), default=0) or 1.0
    lines = tuple(
        EvidenceLine(
            feature=line.feature,
            label=feature_name(line.feature),
            sentence=line.sentence,
            points=line.points,
            width=round(100 * abs(line.points) / widest, 1),
            lit=asked.get("why") == line.feature,
            address=_showing(line.feature, asked, path) if line.feature in _SHOWABLE and line.value else "",
        )
        for line in evidence.contributions
    )
    return EvidenceScreen(
        lines=lines,
        bias=evidence.bias,
        log_odds=evidence.log_odds,
        probability=detail.row.probability or 0.0,
        reasons_for=evidence.reasons_for,
        reasons_against=evidence.reasons_against,
    )


def _showing(feature: str, asked: Mapping[str, str], path: str) -> str:
    """The same address with the words of this feature lit, or no longer lit."""
    query = {key: value for key, value in asked.items() if key not in {"why", "saved"}}
    if asked.get("why") != feature:
        query["why"] = feature
    if query.get("mode") == Mode.LIST.value:
        query["mode"] = Mode.SIDE.value
    return f"{path}?{urlencode(query)}" if query else path


def _recheck(detail: PairDetail) -> Recheck | None:
    """The last decision that a change of text has put in question."""
    for one in detail.history:
        outcome = one.decision.outcome
        if not one.stale or one.undone or outcome is None or not outcome.is_final:
            continue
        before = ((one.left_text, detail.left), (one.right_text, detail.right))
        changes = tuple(_change(text, clause) for text, clause in before if text is not None and text != clause.text)
        decision = one.decision
        return Recheck(one.reviewer_name, decision.made_at, outcome, decision.remedy, decision.reason, changes)
    return None


def _change(before: str, clause: ClauseView) -> Change:
    old = Side(clause.resolution_citation, clause.spot, before, clause.language)
    return Change(f"{clause.resolution_citation}, {clause.spot}", comparison_of(old, side_of(clause), mode=Mode.INLINE))


def _source(clause: ClauseView) -> Source:
    return Source(
        heading=clause.citation,
        title=clause.title,
        language=clause.language,
        address=resolution_address(clause.resolution, clause.id),
        document=f"/documents/{quote(clause.document, safe='')}",
        passage=f"/passage?{urlencode({'clause': clause.id})}",
        file=PurePath(clause.document_path).name,
        page=clause.page,
    )


def _events(detail: PairDetail, person: str) -> Iterator[Event]:
    """Decisions and comments, the newest first."""
    told = [_decided(one, person) for one in detail.history]
    told += [Event(one.id, one.name, N_("commented"), one.at, one.text) for one in detail.comments]
    yield from sorted(told, key=lambda event: event.at, reverse=True)


def _decided(one: History, person: str) -> Event:
    decision = one.decision
    if decision.undoes is not None:
        what = N_("took a decision back")
    elif decision.outcome is not None:
        what = OUTCOMES[decision.outcome]
    else:
        what = N_("decided")
    body = " ".join(part for part in (decision.reason, decision.note) if part)
    undoable = decision.undoes is None and not one.undone
    return Event(
        decision.id,
        one.reviewer_name,
        what,
        decision.made_at,
        body,
        decision.remedy,
        decision.reviewer == person,
        undoable,
    )
