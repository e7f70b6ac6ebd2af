"""What stands in each sheet of the workbook: lasting column names, and one row for each thing of the view."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pipeline.report.model import ClauseView, Comparison, FindingView, ReportView, Segment
from pipeline.report.wording import meaning

__all__ = ["SHEETS", "Column", "Value"]

Value = str | int | float | tuple[Segment, ...]
_Row = Sequence[Value]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its lasting name, its width in characters, and the number format of its values."""

    name: str
    width: int
    format: str = "text"


def _all(view: ReportView) -> tuple[FindingView, ...]:
    return view.findings + view.within


def _lines(sentences: Iterable[str]) -> str:
    return "\n".join(sentences)


def _summary_rows(view: ReportView) -> Iterable[_Row]:
    yield "Corpus", view.manifest.corpus, ""
    yield "Run", view.manifest.run_id, ""
    yield "Made on", view.created_at, ""
    for figure in view.summary.figures:
        yield figure.name, figure.value, figure.note
    for count in view.summary.relations:
        yield (
            f"Findings {count.relation.value}",
            count.across + count.within,
            f"{count.relation.label}: {count.meaning}",
        )
    for body in view.summary.bodies:
        yield (
            f"Texts of {body.label}",
            body.instruments,
            f"{body.name} ({body.sector}), editions {body.editions or 'unknown'}",
        )


_FINDING_COLUMNS = (
    Column("ref", 6),
    Column("finding_id", 16),
    Column("list", 14),
    Column("rank", 6, "whole"),
    Column("score", 8, "score"),
    Column("score_made_up", 30),
    Column("relation", 11),
    Column("relation_in_words", 22),
    *(
        column
        for side in "ab"
        for column in (
            Column(f"body_{side}", 9),
            Column(f"sector_{side}", 8),
            Column(f"text_{side}", 30),
            Column(f"title_{side}", 38),
            Column(f"id_{side}", 20),
            Column(f"clauses_matched_{side}", 9, "whole"),
            Column(f"clauses_operative_{side}", 9, "whole"),
            Column(f"coverage_{side}", 48),
        )
    ),
    Column("cites", 30),
    Column("reasons_for", 48),
    Column("reasons_against", 48),
    Column("why_not_discounted", 48),
    Column("remedies", 60),
    Column("group_of_clauses", 30),
    Column("status", 30),
)


def _finding_rows(view: ReportView) -> Iterable[_Row]:
    for finding in _all(view):
        sides: list[Value] = []
        for text, coverage in ((finding.a, finding.coverage_a), (finding.b, finding.coverage_b)):
            sides += [text.body_label, text.sector, text.citation, text.title, text.id]
            sides += [coverage.matched, coverage.total, coverage.sentence]
        yield (
            finding.ref,
            finding.id,
            "across bodies" if finding.cross_body else "within one body",
            finding.rank,
            finding.score,
            finding.arithmetic,
            finding.relation.value,
            finding.relation.label,
            *sides,
            finding.cites,
            _lines(finding.reasons_for),
            _lines(finding.reasons_against),
            _lines(finding.not_discounted),
            _lines(
                f"{r.remedy.value}: {r.remedy.label}. {r.reason} Would have to act: {r.adopter}."
                for r in finding.remedies
            ),
            finding.cluster_label,
            "identified by software, not yet reviewed",
        )


_PAIR_COLUMNS = (
    Column("ref", 6),
    Column("finding_id", 16),
    Column("pair_id", 16),
    Column("headline", 9),
    Column("relation", 11),
    Column("citation_a", 36),
    Column("clause_a", 62),
    Column("words_matched_a", 9, "whole"),
    Column("words_formula_a", 9, "whole"),
    Column("words_a", 7, "whole"),
    Column("citation_b", 36),
    Column("clause_b", 62),
    Column("words_matched_b", 9, "whole"),
    Column("words_formula_b", 9, "whole"),
    Column("words_b", 7, "whole"),
    Column("probability_uncalibrated", 13, "score"),
    Column("log_odds", 9, "score"),
    Column("points", 60),
    Column("id_a", 34),
    Column("id_b", 34),
)


def _pair_rows(view: ReportView) -> Iterable[_Row]:
    for finding in _all(view):
        for pair in finding.comparisons:
            yield (
                finding.ref,
                finding.id,
                pair.id,
                "yes" if pair.headline else "no",
                pair.relation.value,
                *_clause_cells(pair.left, pair),
                *_clause_cells(pair.right, pair),
                pair.evidence.probability,
                pair.evidence.log_odds,
                _points(pair),
                pair.left.id,
                pair.right.id,
            )


def _clause_cells(clause: ClauseView, pair: Comparison) -> _Row:
    words = pair.left_words if clause is pair.left else pair.right_words
    return clause.citation, clause.segments, words.same, words.formula, words.total


def _points(pair: Comparison) -> str:
    lines = (f"{line.points:+.2f} {line.feature} ({line.value:.2f}): {line.sentence}" for line in pair.evidence.lines)
    return _lines((f"{pair.evidence.bias:+.2f} starting point", *lines))


def _matrix_columns(view: ReportView) -> tuple[Column, ...]:
    bodies = [row.body for row in view.matrix]
    counts = (Column(f"findings_{body}", 12, "whole") for body in bodies)
    best = (Column(f"best_score_{body}", 12, "score") for body in bodies)
    return (Column("body", 14), *counts, *best)


def _matrix_rows(view: ReportView) -> Iterable[_Row]:
    for row in view.matrix:
        best = (cell.strongest if cell.count else "" for cell in row.cells)
        yield (row.body, *(cell.count for cell in row.cells), *best)


def _cluster_rows(view: ReportView) -> Iterable[_Row]:
    for cluster in view.clusters:
        for member in cluster.members:
            nearest = "yes" if member.clause.id == cluster.medoid.clause.id else "no"
            yield (
                cluster.id,
                cluster.label,
                nearest,
                member.instrument.body_label,
                member.clause.citation,
                member.clause.text,
                member.clause.id,
            )


def _discounted_rows(view: ReportView) -> Iterable[_Row]:
    for group in view.discounted:
        for pair in group.pairs:
            coverage = f"A: {pair.coverage_a.sentence}\nB: {pair.coverage_b.sentence}"
            a, b = pair.a, pair.b
            why = _lines(pair.reasons) or group.why
            yield (
                group.relation.value,
                group.relation.label,
                a.citation,
                a.title,
                a.id,
                b.citation,
                b.title,
                b.id,
                coverage,
                why,
            )


def _signal_rows(view: ReportView) -> Iterable[_Row]:
    for signal in view.signals:
        yield signal.kind.value, signal.citation, signal.subject, signal.message


def _rejected_rows(view: ReportView) -> Iterable[_Row]:
    for rejected in view.rejected:
        yield rejected.path, rejected.code, rejected.reason, rejected.digest or ""


def _note_rows(view: ReportView) -> Iterable[_Row]:
    yield "reading", "Findings are evidence, not verdicts. They were identified by software and are not yet reviewed."
    yield "reading", "Probabilities are not calibrated in this version; they order pairs and do not measure certainty."
    yield "reading", "Matched words are bold and underlined; formula language is in grey italics and does not count."
    yield "reading", "Only the body that adopted a text can change it; remedies are material for proposals."
    for row in view.summary.relations:
        yield f"relation {row.relation.value}", meaning(row.relation)
    for limit in view.limits:
        yield "limit", limit
    for edition in view.editions:
        yield "editions", f"{edition.work}: {'; '.join(edition.editions)}. Compared: {edition.compared}"
    for notice in view.notices:
        yield f"notice {notice.code}", f"{notice.where}: {notice.message}"
    manifest = view.manifest
    yield "findings digest", manifest.findings_digest or "none"
    for title, values in (("setting", manifest.settings), ("version", manifest.versions), ("count", manifest.counts)):
        for name in sorted(values):
            yield f"{title} {name}", str(values[name])
    for file in sorted(manifest.inputs):
        yield "file", f"{file}: SHA-256 {manifest.inputs[file]}"


def _columns(*columns: tuple[str, int]) -> Callable[[ReportView], tuple[Column, ...]]:
    made = tuple(Column(name, width) for name, width in columns)
    return lambda _: made


SHEETS: tuple[tuple[str, Callable[[ReportView], Sequence[Column]], Callable[[ReportView], Iterable[_Row]]], ...] = (
    ("Summary", lambda _: (Column("what", 32), Column("value", 34, "whole"), Column("note", 80)), _summary_rows),
    ("Findings", lambda _: _FINDING_COLUMNS, _finding_rows),
    ("Clause pairs", lambda _: _PAIR_COLUMNS, _pair_rows),
    ("Matrix", _matrix_columns, _matrix_rows),
    (
        "Clusters",
        _columns(
            ("cluster_id", 16),
            ("label", 36),
            ("nearest_to_all", 10),
            ("body", 9),
            ("citation", 40),
            ("clause", 70),
            ("clause_id", 36),
        ),
        _cluster_rows,
    ),
    (
        "Discounted",
        _columns(
            ("relation", 10),
            ("relation_in_words", 24),
            ("text_a", 30),
            ("title_a", 36),
            ("id_a", 20),
            ("text_b", 30),
            ("title_b", 36),
            ("id_b", 20),
            ("coverage", 56),
            ("why", 56),
        ),
        _discounted_rows,
    ),
    ("Signals", _columns(("kind", 9), ("citation", 44), ("subject_id", 36), ("observation", 70)), _signal_rows),
    ("Rejected", _columns(("file", 44), ("code", 20), ("reason", 70), ("sha256", 66)), _rejected_rows),
    ("Notes", _columns(("topic", 24), ("note", 120)), _note_rows),
)
