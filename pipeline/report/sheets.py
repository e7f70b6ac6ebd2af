"""What stands in each sheet of the workbook: plain headings, first what an analyst reads, a row for each thing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pipeline.report.documents import GRADE_MEANINGS
from pipeline.report.frame import RunFact, name_of_count
from pipeline.report.model import Comparison, FindingView, ReportView, Segment, WordShare
from pipeline.report.wording import (
    CHANCE_LIMIT,
    CHANCE_NOTE,
    NOT_ALIGNED,
    capitalized,
    closeness_label,
    meaning,
    relation_label,
    shown,
)

__all__ = ["SHEETS", "Column", "Value"]

Value = str | int | float | tuple[Segment, ...] | RunFact
_Row = Sequence[Value]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its heading, its width in characters, and the number format of its values."""

    name: str
    width: int
    format: str = "text"


def _all(view: ReportView) -> tuple[FindingView, ...]:
    return view.all_findings


def _lines(sentences: Iterable[str]) -> str:
    return "\n".join(sentences)


def _summary_rows(view: ReportView) -> Iterable[_Row]:
    yield "Corpus", view.corpus, ""
    yield "Run", RunFact("run"), ""
    yield "Made on", RunFact("moment"), ""
    for figure in view.summary.figures:
        yield figure.name, figure.value, figure.note
    yield "How the pairs add up", "", view.summary.sum_sentence
    for count in view.summary.relations:
        yield (
            f"Findings {count.relation.value}",
            count.across + count.within,
            f"{capitalized(relation_label(count.relation))}: {count.meaning}",
        )
    for body in view.summary.bodies:
        yield (
            f"Texts of {body.label}",
            body.instruments,
            f"{body.name} ({body.sector}), editions {body.editions or 'unknown'}",
        )


_FINDING_COLUMNS = (
    Column("Ref", 6),
    Column("Score", 8, "score"),
    Column("Relation", 24),
    *(
        column
        for side in "AB"
        for column in (Column(f"Body {side}", 9), Column(f"Text {side}", 30), Column(f"Title {side}", 38))
    ),
    Column("Clauses matched, A", 10, "whole"),
    Column("Operative clauses, A", 10, "whole"),
    Column("Clauses matched, B", 10, "whole"),
    Column("Operative clauses, B", 10, "whole"),
    Column("Speaks for an overlap", 48),
    Column("Speaks against it", 48),
    Column("What may be proposed", 100),
    Column("Why not discounted", 110),
    Column("Who cites whom", 30),
    Column("Group of clauses", 30),
    Column("Coverage, A", 48),
    Column("Coverage, B", 48),
    Column("How the score is made up", 30),
    Column("List", 14),
    Column("Rank", 6, "whole"),
    Column("Relation code", 11),
    Column("Sector A", 8),
    Column("Sector B", 8),
    Column("Finding ID", 16),
    Column("Text ID, A", 20),
    Column("Text ID, B", 20),
)


def _finding_rows(view: ReportView) -> Iterable[_Row]:
    for finding in _all(view):
        a, b = finding.a, finding.b
        covered_a, covered_b = finding.coverage_a, finding.coverage_b
        yield (
            finding.ref,
            finding.score,
            relation_label(finding.relation),
            *(a.body_label, a.citation, a.title),
            *(b.body_label, b.citation, b.title),
            *(covered_a.matched, covered_a.total, covered_b.matched, covered_b.total),
            _lines(finding.reasons_for),
            _lines(finding.reasons_against),
            _lines(
                f"{r.remedy.value}: {r.remedy.label}. {r.reason} Would have to act: {r.adopter}."
                for r in finding.remedies
            ),
            _lines(finding.not_discounted),
            finding.cites,
            finding.cluster_label,
            covered_a.sentence,
            covered_b.sentence,
            finding.arithmetic,
            "across bodies" if finding.cross_body else "within one body",
            finding.rank,
            finding.relation.value,
            *(a.sector, b.sector),
            *(finding.id, a.id, b.id),
        )


_PAIR_COLUMNS = (
    Column("Ref", 6),
    Column("Relation", 24),
    Column("Citation A", 36),
    Column("Clause A", 62),
    Column("Citation B", 36),
    Column("Clause B", 62),
    *(
        Column(f"{name}, {side}", 10, "whole")
        for side in "AB"
        for name in ("Words matched", "Words reworded", "Words moved", "Formula words", "Words in all")
    ),
    Column("Wording", 14),
    Column(f"Probability, {CHANCE_NOTE}", 13, "score"),
    Column("Log-odds", 9, "score"),
    Column("How the points add up", 110),
    Column("Heads the finding", 9),
    Column("Relation code", 11),
    Column("Finding ID", 16),
    Column("Pair ID", 16),
    Column("Clause ID, A", 34),
    Column("Clause ID, B", 34),
)


def _pair_rows(view: ReportView) -> Iterable[_Row]:
    for finding in _all(view):
        for pair in finding.comparisons:
            yield (
                finding.ref,
                relation_label(pair.relation),
                *(pair.left.citation, pair.left.segments, pair.right.citation, pair.right.segments),
                *_word_counts(pair.left_words),
                *_word_counts(pair.right_words),
                closeness_label(pair.closeness),
                pair.evidence.probability,
                pair.evidence.log_odds,
                _points(pair),
                "yes" if pair.headline else "no",
                pair.relation.value,
                *(finding.id, pair.id, pair.left.id, pair.right.id),
            )


def _word_counts(words: WordShare) -> tuple[int, ...]:
    return words.same, words.reworded, words.moved, words.formula, words.total


def _points(pair: Comparison) -> str:
    lines = (f"{line.points:+.2f} {line.feature} ({line.value:.2f}): {line.sentence}" for line in pair.evidence.lines)
    return _lines((f"{pair.evidence.bias:+.2f} starting point", *lines))


def _matrix_columns(view: ReportView) -> tuple[Column, ...]:
    bodies = [row.body for row in view.matrix]
    counts = (Column(f"Findings, {body}", 12, "whole") for body in bodies)
    best = (Column(f"Best score, {body}", 12, "score") for body in bodies)
    return (Column("Body", 14), *counts, *best)


def _matrix_rows(view: ReportView) -> Iterable[_Row]:
    for row in view.matrix:
        best = (cell.strongest if cell.count else "" for cell in row.cells)
        yield (row.body, *(cell.count for cell in row.cells), *best)


def _cluster_rows(view: ReportView) -> Iterable[_Row]:
    for cluster in view.clusters:
        for member in cluster.members:
            nearest = "yes" if member.clause.id == cluster.medoid.clause.id else "no"
            yield (
                cluster.label,
                member.instrument.body_label,
                member.clause.citation,
                member.clause.text,
                nearest,
                cluster.theme,
                _lines(f"{remedy.label}: {reason}" for remedy, reason in cluster.remedies),
                cluster.id,
                member.clause.id,
            )


def _discounted_rows(view: ReportView) -> Iterable[_Row]:
    for group in view.discounted:
        for pair in group.pairs:
            sentences = [f"{side}: {held.sentence}" for side, held in zip("AB", pair.coverage or (), strict=False)]
            a, b = pair.a, pair.b
            why = _lines(pair.reasons) or group.why
            ids = group.relation.value, a.id, b.id
            yield group.label, a.citation, a.title, b.citation, b.title, why, _lines(sentences) or NOT_ALIGNED, *ids


def _formula_rows(view: ReportView) -> Iterable[_Row]:
    for group in view.formulae:
        left, right = group.left, group.right
        quoted = left.citation, left.segments, right.citation, right.segments
        words = group.words or "several short ones"
        yield words, group.pairs, group.clauses, ", ".join(group.bodies), *quoted, left.id, right.id


def _signal_rows(view: ReportView) -> Iterable[_Row]:
    for signal in view.signals:
        yield signal.kind.value, signal.citation, signal.message, signal.subject


def _proposal_rows(view: ReportView) -> Iterable[_Row]:
    for proposal in view.proposals:
        text = proposal.text
        yield (
            proposal.mark,
            text.body_label,
            text.citation,
            text.title,
            proposal.aim,
            proposal.reasons,
            text.source,
            text.id,
        )


_DOCUMENT_COLUMNS = (
    Column("File", 44),
    Column("Quality, 0 to 1", 10, "score"),
    Column("Grade", 12),
    Column("What the grade means", 44),
    Column("Texts", 8, "whole"),
    Column("Clauses", 9, "whole"),
    Column("Warnings", 10, "whole"),
    Column("Kinds of warnings", 70),
    Column("Language version", 50),
)


def _document_rows(view: ReportView) -> Iterable[_Row]:
    for one in view.documents:
        figure = "" if one.figure is None else one.figure
        meaning_of_grade = GRADE_MEANINGS[one.grade]
        counts = one.texts, one.clauses, one.count
        yield one.path, figure, one.grade.value, meaning_of_grade, *counts, one.in_words, one.version_of


def _warning_rows(view: ReportView) -> Iterable[_Row]:
    for one in view.documents:
        for group in one.groups:
            for w in group.warnings:
                page = "" if w.page is None else str(w.page)
                yield one.path, w.where, page, w.message, w.advice, w.code, w.identifier


def _rejected_rows(view: ReportView) -> Iterable[_Row]:
    for rejected in view.rejected:
        yield rejected.path, rejected.reason, rejected.code, rejected.digest or ""


def _note_rows(view: ReportView) -> Iterable[_Row]:
    yield "reading", "Findings are evidence, not verdicts. They were identified by software and are not yet reviewed."
    yield "reading", CHANCE_LIMIT
    yield "reading", "Matched words are bold and underlined, reworded ones bold italic, moved ones doubly underlined."
    yield "reading", "Formula language is in grey italics; it stays in the text and weighs a tenth."
    yield "reading", "Wide sheets print on A3, as many of their first columns as fit; the columns behind do not print."
    yield "reading", "Only the body that adopted a text can change it; remedies are material for proposals."
    for row in view.summary.relations:
        yield f"relation {row.relation.value}", meaning(row.relation)
    for limit in view.limits:
        yield "limit", limit
    for edition in view.editions:
        yield "editions", f"{edition.work}: {'; '.join(edition.editions)}. Compared: {edition.compared}"
    for proposal in view.proposals:
        yield "proposals", f"{proposal.text.citation}: {proposal.aim}"
    for notice in view.notices:
        yield f"notice {notice.code}", f"{notice.where}: {notice.message}"
    manifest = view.manifest
    yield "findings digest", manifest.findings_digest or "none"
    for title, values in (("setting", manifest.settings), ("version", manifest.versions)):
        for name in sorted(values):
            yield f"{title} {name}", shown(values[name])
    for name in sorted(manifest.counts):
        yield f"count {name}", RunFact(name_of_count(name))
    for file in sorted(manifest.inputs):
        yield "file", f"{file}: SHA-256 {manifest.inputs[file]}"


def _columns(*columns: tuple[str, int]) -> Callable[[ReportView], tuple[Column, ...]]:
    made = tuple(Column(name, width) for name, width in columns)
    return lambda _: made


SHEETS: tuple[tuple[str, Callable[[ReportView], Sequence[Column]], Callable[[ReportView], Iterable[_Row]]], ...] = (
    ("Summary", lambda _: (Column("What", 32), Column("Value", 34, "whole"), Column("Note", 80)), _summary_rows),
    ("Findings", lambda _: _FINDING_COLUMNS, _finding_rows),
    ("Clause pairs", lambda _: _PAIR_COLUMNS, _pair_rows),
    ("Matrix", _matrix_columns, _matrix_rows),
    (
        "Clusters",
        _columns(
            ("Group", 36),
            ("Body", 9),
            ("Citation", 40),
            ("Clause", 70),
            ("Nearest to all", 10),
            ("Theme", 24),
            ("What may be proposed", 56),
            ("Group ID", 16),
            ("Clause ID", 36),
        ),
        _cluster_rows,
    ),
    (
        "Discounted",
        _columns(
            ("Relation", 24),
            ("Text A", 30),
            ("Title A", 36),
            ("Text B", 30),
            ("Title B", 36),
            ("Why it was discounted", 56),
            ("Coverage", 56),
            ("Relation code", 10),
            ("Text ID, A", 20),
            ("Text ID, B", 20),
        ),
        _discounted_rows,
    ),
    (
        "Formula language",
        lambda _: (
            Column("Words", 44),
            Column("Pairs not ranked", 10, "whole"),
            Column("Clauses", 9, "whole"),
            Column("Bodies", 18),
            Column("Citation A", 36),
            Column("Clause A", 56),
            Column("Citation B", 36),
            Column("Clause B", 56),
            Column("Clause ID, A", 34),
            Column("Clause ID, B", 34),
        ),
        _formula_rows,
    ),
    (
        "Proposals",
        _columns(
            ("Proposal", 20),
            ("Body", 9),
            ("Text", 44),
            ("Title", 38),
            ("What it would do", 48),
            ("Reasons", 70),
            ("File", 36),
            ("Text ID", 34),
        ),
        _proposal_rows,
    ),
    ("Signals", _columns(("Kind", 9), ("Citation", 44), ("Observation", 70), ("ID", 36)), _signal_rows),
    ("Documents", lambda _: _DOCUMENT_COLUMNS, _document_rows),
    (
        "Document warnings",
        _columns(
            ("File", 36),
            ("Where", 40),
            ("Page", 7),
            ("What was seen", 70),
            ("What to do", 60),
            ("Code", 18),
            ("ID", 36),
        ),
        _warning_rows,
    ),
    ("Rejected", _columns(("File", 44), ("Reason", 70), ("Code", 20), ("SHA-256", 66)), _rejected_rows),
    ("Notes", _columns(("Topic", 24), ("Note", 120)), _note_rows),
)
