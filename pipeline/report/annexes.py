"""The annexes of a contribution: the evidence of each finding, and how the run was made."""

from collections.abc import Sequence

from docx.document import Document

from pipeline.report.model import ClauseView, Comparison, FindingView, ReportView
from pipeline.report.wording import (
    CHANCE_LIMIT,
    CHANCE_NOTE,
    capitalized,
    chance,
    closeness_label,
    counted,
    meaning,
    number,
    relation_label,
    shown,
)
from pipeline.report.wordparts import add_bullets, add_clause, add_table, add_text

__all__ = ["STATUS", "write_evidence", "write_method"]

STATUS = "identified by software, not yet reviewed"

# Clause pairs quoted for one finding: the rest is counted.
_QUOTED_PAIRS = 4


def write_evidence(document: Document, findings: Sequence[FindingView]) -> None:
    """Each finding with both clauses quoted, its reasons, and what may be proposed."""
    document.add_heading("Annex A  Evidence", 1)
    note = add_text(document, "Words that stand in both clauses are ", "Note")
    note.add_run("bold and underlined", style="Matched words")
    note.add_run("; reworded ones have a ")
    note.add_run("wavy line", style="Reworded words")
    note.add_run(", moved ones a ")
    note.add_run("double line", style="Moved words")
    note.add_run("; formula language, which hardly counts, is ")
    note.add_run("dotted", style="Formula words")
    note.add_run(f". Every finding was {STATUS}.")
    for finding in findings:
        _write_finding(document, finding)


def _write_finding(document: Document, finding: FindingView) -> None:
    document.add_heading(f"{finding.ref}  {finding.a.named} and {finding.b.named}", 2)
    add_text(
        document,
        f"{capitalized(relation_label(finding.relation))} ({finding.relation.value}). {meaning(finding.relation)}",
        "Lead-in",
    )
    quoted = finding.comparisons[:_QUOTED_PAIRS]
    table = add_table(
        document,
        f"Clauses of finding {finding.ref} side by side",
        tuple(f"{name}: {text.named}, “{text.title}”" for name, text in (("A", finding.a), ("B", finding.b))),
        (8.3, 8.3),
        (("", "") for _ in quoted),
        breakable=True,
    )
    for row, pair in zip(table.rows[1:], quoted, strict=True):
        for cell, clause in zip(row.cells, (pair.left, pair.right), strict=True):
            cell.paragraphs[0].style = "Clause place"
            cell.paragraphs[0].add_run(_place(clause))
            add_clause(add_text(cell, "", "Clause"), clause.segments, clause.language, clause.direction, clause.label)
    add_bullets(document, (_wording(position, pair) for position, pair in enumerate(quoted, start=1)))
    more = len(finding.comparisons) - len(quoted)
    add_text(document, f"{counted(more, 'further pair')} of clauses in the workbook." if more else "", "Note")
    _write_reasons(document, finding)


def _wording(position: int, pair: Comparison) -> str:
    """The class of the wording of a pair, the share of each side, and what was excluded."""
    left, right = pair.left_words, pair.right_words
    return (
        f"Pair {position}: {closeness_label(pair.closeness).lower()}; {left.same + left.moved} of {left.counted} words "
        f"of A stand in B and {right.same + right.moved} of {right.counted} of B in A; excluded as formula language: "
        f"{left.formula} words of A, {right.formula} of B."
    )


def _place(clause: ClauseView) -> str:
    return clause.place if clause.page is None else f"{clause.place}, page {clause.page} of the file"


def _write_reasons(document: Document, finding: FindingView) -> None:
    evidence = finding.headline.evidence
    for title, sentences in (
        (
            "Speaks for an overlap",
            (*finding.reasons_for, f"A: {finding.coverage_a.sentence}", f"B: {finding.coverage_b.sentence}"),
        ),
        ("Speaks against it", finding.reasons_against or ("Nothing was found; that is no proof of the contrary.",)),
        ("Why it was not discounted", (*finding.not_discounted, finding.cites)),
        (
            "What may be proposed",
            tuple(
                f"{capitalized(r.remedy.label)}. {r.reason} Would have to act: {r.adopter}." for r in finding.remedies
            ),
        ),
    ):
        document.add_heading(title, 3)
        add_bullets(document, sentences)
    add_text(
        document,
        f"Score {finding.score:.3f} on a scale from 0 to 1: {finding.arithmetic}. Probability of the first "
        f"pair of clauses {chance(evidence.probability)} on a scale from 0 to 1, {CHANCE_NOTE}. "
        f"Evidence: report.html#{finding.anchor}.",
        "Note",
    )


def write_method(document: Document, view: ReportView, letter: str) -> None:
    """How the findings were made, what bounds them, and the facts that make the run reproducible."""
    document.add_heading(f"Annex {letter}  Method, limits and run", 1)
    add_text(
        document,
        "Each text was cut into clauses. Clauses of different texts were compared by the words that they share in "
        "order, by meaning, and by who is told to do what; formula language counts little. Pairs of texts were then "
        "aligned clause by clause. Editions of one text, parallel working methods, formula language, and Sector texts "
        "that carry out a Plenipotentiary text were set aside and counted.",
    )
    add_bullets(
        document,
        (
            "Findings are evidence, not verdicts; they are not yet reviewed.",
            CHANCE_LIMIT,
            "Mandates given in quite different words may be missed. Practice and budgets are outside the corpus.",
            *view.limits,
        ),
    )
    manifest = view.manifest
    named = [(f"setting {name}", shown(manifest.settings[name])) for name in sorted(manifest.settings)]
    named += [(f"version {name}", manifest.versions[name]) for name in sorted(manifest.versions)]
    named += [(f"count {name}", shown(manifest.counts[name])) for name in sorted(manifest.counts)]
    add_table(
        document,
        "Run manifest",
        ("Fact", "Value"),
        (5, 11.6),
        (
            ("run", manifest.run_id),
            ("made on", view.created_at),
            ("corpus", view.corpus),
            ("files", number(len(manifest.inputs))),
            ("digest of the findings", manifest.findings_digest or "none"),
            *named,
        ),
    )
