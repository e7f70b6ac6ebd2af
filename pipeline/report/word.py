"""Writes a contribution to the Inter-Sector Coordination Group: material for proposals, never a proposal to delete."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from docx.document import Document

from pipeline.domain import Relation, Remedy
from pipeline.report.annexes import STATUS, write_evidence, write_method
from pipeline.report.model import FindingView, ReportView
from pipeline.report.wording import (
    advisory_group,
    capitalized,
    counted,
    listed,
    named,
    named_body,
    number,
    relation_label,
)
from pipeline.report.wordparts import (
    add_bullets,
    add_footer,
    add_table,
    add_text,
    new_document,
    save_fixed,
)

__all__ = ["TEMPLATE_VERSION", "write_iscg_proposal"]

TEMPLATE_VERSION = "iscg-proposal 1"

_TITLE = "Provisions of different bodies that appear to give the same mandate"

# Pairs listed under one discounted relation: the rest is counted.
_LISTED_PAIRS = 10

# Remedies that change no text.
_UNCHANGING = frozenset({Remedy.KEEP, Remedy.JOINT})

_NOT_PROPOSED = (Relation.INTEG, Relation.COMP, Relation.PAR)


def write_iscg_proposal(view: ReportView, path: Path, limit: int = 10) -> None:
    """Write the contribution with the first ``limit`` findings across bodies; equal views give equal bytes.

    A run without findings gives a contribution for information that says so.
    """
    findings = view.findings[:limit]
    document = new_document(_TITLE, f"Run {view.manifest.run_id}", view.created)
    add_footer(document, f"Run {view.manifest.run_id} · template {TEMPLATE_VERSION} · English")
    _write_head(document, view, findings)
    _write_brief(document, view, findings)
    _write_action(document, findings)
    _write_background(document)
    _write_examined(document, view)
    _write_findings(document, view, findings)
    _write_options(document, findings)
    _write_not_proposed(document, view)
    _write_points(document, findings)
    if findings:
        write_evidence(document, findings)
    write_method(document, view, "B" if findings else "A")
    save_fixed(document, path, view.created)


def _write_head(document: Document, view: ReportView, findings: Sequence[FindingView]) -> None:
    add_text(document, _TITLE, "Title")
    add_table(
        document,
        "Header of the contribution",
        ("Item", "Entry"),
        (4, 12.6),
        (
            ("Meeting", "Inter-Sector Coordination Group (ISCG), [meeting and place to be completed]"),
            ("Document", "[number to be filled in by the secretariat]"),
            ("Date", view.created_on),
            ("Source", "[to be completed by the submitting entity]"),
            ("Title", _TITLE),
            ("For", "action" if findings else "information"),
            ("Original language", "English"),
        ),
    )


def _write_brief(document: Document, view: ReportView, findings: Sequence[FindingView]) -> None:
    document.add_heading("1  In brief", 1)
    summary = view.summary
    examined = (
        f"{counted(summary.pairs, 'pair')} of texts of {counted(len(summary.bodies), 'body', 'bodies')} "
        f"{'was' if summary.pairs == 1 else 'were'} compared"
    )
    if not findings:
        add_text(
            document,
            f"No two texts of different bodies in the material examined appear to give the same mandate: {examined}. "
            "This contribution is for information. It says what was examined, what was set aside and why, "
            "and what the method cannot see.",
        )
        return
    add_text(
        document,
        f"This contribution draws attention to {counted(len(findings), 'pair')} of texts whose provisions appear to "
        f"give the same mandate or may be read together. {capitalized(examined)} by software; no finding has "
        "been reviewed by people yet. The group is invited to consider the findings, to seek the views of the Sectors "
        "concerned, and to say which of them merit attention by the bodies that adopted the texts.",
    )


def _write_action(document: Document, findings: Sequence[FindingView]) -> None:
    document.add_heading("2  Action requested", 1)
    if not findings:
        add_text(document, "To note this contribution (ISCG).", "List Number")
        return
    add_bullets(document, _actions(findings), "List Number")


def _actions(findings: Sequence[FindingView]) -> Iterator[str]:
    yield f"To consider {_refs(findings)} in section 5, with the evidence in Annex A (ISCG)."
    for group in sorted({advisory_group(side.body) for f in findings for side in (f.a, f.b)} - {""}):
        concerned = [f for f in findings if group in (advisory_group(f.a.body), advisory_group(f.b.body))]
        bodies = {side.body_label for f in concerned for side in (f.a, f.b) if advisory_group(side.body) == group}
        verb = "concerns" if len(concerned) == 1 else "concern"
        yield f"To comment on {_refs(concerned)}, which {verb} texts of {listed(sorted(bodies))} ({group})."
    changing = [f for f in findings if any(remedy.remedy not in _UNCHANGING for remedy in f.remedies)]
    if changing:
        yield (
            f"To take the material on {_refs(changing)} into account when contributions to the bodies concerned are "
            "prepared (Member States and Sector Members); section 6 names, for each option, the body that would have "
            "to adopt it."
        )
    yield "To record the reason wherever both texts are to be kept as they are (ISCG)."


def _refs(findings: Sequence[FindingView]) -> str:
    noun = "finding" if len(findings) == 1 else "findings"
    return f"{noun} {listed([finding.ref for finding in findings])}"


def _write_background(document: Document) -> None:
    document.add_heading("3  Background", 1)
    add_text(
        document,
        "Resolution 191 of the Plenipotentiary Conference sets the strategy for the coordination of efforts among the "
        "three Sectors of the Union. It asks for areas of overlap to be identified and for solutions to be found that "
        "respect the mandate of each Sector. The ISCG may draw such areas to the attention of RAG, TSAG and TDAG; "
        "texts are amended only by the bodies that adopted them.",
    )


def _write_examined(document: Document, view: ReportView) -> None:
    document.add_heading("4  What was examined", 1)
    summary = view.summary
    if summary.bodies:
        add_table(
            document,
            "Texts examined, by body",
            ("Body", "Binds", "Editions", "Texts", "Clauses"),
            (8.2, 2.2, 2.8, 1.6, 1.8),
            (
                (
                    named_body(body.name, body.label),
                    body.sector,
                    body.editions or "unknown",
                    number(body.instruments),
                    number(body.clauses),
                )
                for body in summary.bodies
            ),
        )
        add_text(document, "", "Note")
    add_bullets(document, (*_scope(view), *view.limits))


def _scope(view: ReportView) -> Iterator[str]:
    summary = view.summary
    languages = ", ".join(summary.languages) or "none"
    yield f"Snapshot: {view.created_at}, corpus “{view.corpus}”. Languages: {languages}."
    yield (
        f"{counted(summary.documents, 'document')} read, with {counted(summary.instruments, 'text')} and "
        f"{counted(summary.clauses, 'clause')}, {number(summary.operative)} of them operative."
    )
    yield summary.sum_sentence
    left_out = []
    if summary.rejected:
        left_out.append(f"{counted(summary.rejected, 'document')} that could not be read")
    if view.editions:
        left_out.append(
            f"editions other than the newest of {counted(len(view.editions), 'text')} held in several editions"
        )
    if left_out:
        yield f"Left out: {listed(left_out)}."


def _write_findings(document: Document, view: ReportView, findings: Sequence[FindingView]) -> None:
    document.add_heading("5  Findings", 1)
    if not findings:
        add_text(document, "There are no findings across bodies in this run.")
        return
    more = len(view.findings) - len(findings)
    add_text(
        document,
        f"The strongest {len(findings)} of {counted(len(view.findings), 'finding')} across bodies"
        + (
            f"; the other {'one stands' if more == 1 else f'{number(more)} stand'} in the workbook of the same run. "
            if more
            else ", which is all of them. "
        )
        + ("It was" if len(findings) == 1 else "Each was")
        + f" {STATUS}.",
        "Lead-in",
    )
    add_table(
        document,
        "Findings: two dispositions each, and their relation",
        ("Ref", "Disposition A", "Disposition B", "Relation"),
        (1.2, 6.1, 6.1, 3.2),
        (
            (
                finding.ref,
                named(finding.headline.left.citation, finding.a.body),
                named(finding.headline.right.citation, finding.b.body),
                f"{finding.relation.value}: {relation_label(finding.relation)}",
            )
            for finding in findings
        ),
    )


def _write_options(document: Document, findings: Sequence[FindingView]) -> None:
    document.add_heading("6  Options", 1)
    if not findings:
        add_text(document, "No option is put forward.")
        return
    add_text(
        document,
        "The options below follow from the kind of relation. Each is material for a proposal; to keep both texts and "
        "to record why is always among them.",
        "Lead-in",
    )
    add_table(
        document,
        "Options, the findings that they concern, and who would have to act",
        ("Option", "Findings, and who would have to act"),
        (5.2, 11.4),
        _options(findings),
        breakable=True,
    )


def _options(findings: Sequence[FindingView]) -> Iterator[tuple[str, str]]:
    """Each remedy with the findings that it is for, gathered by who would have to act; to keep both comes last."""
    options: dict[Remedy, dict[str, list[str]]] = {}
    for finding in findings:
        for offered in finding.remedies:
            options.setdefault(offered.remedy, {}).setdefault(offered.adopter, []).append(finding.ref)
    for remedy in sorted(options, key=lambda remedy: remedy is Remedy.KEEP):
        lines = (f"{listed(refs)}: {who}." for who, refs in options[remedy].items())
        yield f"{capitalized(remedy.label)} ({remedy.value})", "\n".join(lines)


def _write_not_proposed(document: Document, view: ReportView) -> None:
    document.add_heading("7  What is not proposed, and why", 1)
    groups = {group.relation: group for group in view.discounted}
    lawful = [groups[relation] for relation in _NOT_PROPOSED if relation in groups]
    for group in lawful:
        add_text(
            document,
            f"{capitalized(relation_label(group.relation))} ({group.relation.value})",
            "Heading 3",
        )
        shown = group.pairs[:_LISTED_PAIRS]
        add_text(
            document,
            f"{group.why} {counted(len(group.pairs), 'pair')}"
            + (f", of which the likeliest {len(shown)}:" if len(shown) < len(group.pairs) else ":"),
        )
        add_bullets(
            document,
            (f"{pair.a.named} and {pair.b.named}. {' '.join(pair.reasons)}".strip() for pair in shown),
        )
    if not lawful:
        add_text(
            document,
            "No pair was set aside as carrying out a Plenipotentiary text, as complementary or as parallel by design.",
        )
    rest = [
        f"{counted(len(group.pairs), 'pair')} as {group.relation.label} ({group.relation.value})"
        for group in view.discounted
        if group.relation not in _NOT_PROPOSED
    ]
    if rest:
        add_text(document, f"Also set aside: {listed(rest)}.")


def _write_points(document: Document, findings: Sequence[FindingView]) -> None:
    document.add_heading("8  Points for comment by the Sectors", 1)
    if not findings:
        add_text(document, "None arises from this run.")
        return
    add_bullets(document, _points(findings))


def _points(findings: Sequence[FindingView]) -> Iterator[str]:
    sides = sorted({side.sector for finding in findings for side in (finding.a, finding.b)})
    for sector in sides:
        concerned = [finding for finding in findings if sector in (finding.a.sector, finding.b.sector)]
        texts = sorted({side.named for f in concerned for side in (f.a, f.b) if side.sector == sector})
        who = "General Secretariat" if sector == "Union" else sector
        each = "" if len(concerned) == 1 else " of each"
        does, its = ("does", "its") if len(texts) == 1 else ("do", "their")
        yield (
            f"{who}, on {_refs(concerned)}: are both provisions{each} carried out as one activity, "
            f"and {does} {listed(texts)} say anything of {its} own that would be lost?"
        )
    led = [finding.ref for finding in findings if finding.relation in (Relation.CONF, Relation.SAME_ACT)]
    if led:
        yield f"On {listed(led)}: which office leads, and is that written anywhere?"
