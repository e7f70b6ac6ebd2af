"""Writes the report as one HTML page that needs nothing else: no script, no font, no picture, no network."""

import base64
import hashlib
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline.report.characters import printable
from pipeline.report.documents import GRADE_MEANINGS, grades_sentence
from pipeline.report.frame import facts_of, mark
from pipeline.report.model import ReportView, SegmentKind
from pipeline.report.view import UNMATCHED_SHOWN
from pipeline.report.wording import (
    CHANCE_LIMIT,
    CHANCE_NOTE,
    NOT_ALIGNED,
    capitalized,
    chance,
    closeness_label,
    counted,
    meaning,
    number,
    relation_label,
    shown,
)

__all__ = [
    "CLUSTERS_SHOWN",
    "COMPARISONS_SHOWN",
    "DISCOUNTED_SHOWN",
    "DOCUMENTS_SHOWN",
    "FINDINGS_SHOWN",
    "OPEN_COMPARISONS",
    "PRINTED_FINDINGS",
    "SIGNALS_SHOWN",
    "render_content",
]

# Rows of one list of findings on the page, about 1 kB each, and of signals of one kind; the workbook holds them all.
FINDINGS_SHOWN = 1_000
SIGNALS_SHOWN = 300

# Groups of clauses on the page, about 15 kB each where they are large; the workbook holds them all.
CLUSTERS_SHOWN = 150

# Pairs of one discounted kind on the page: a row takes about 500 bytes, and the workbook holds them all.
DISCOUNTED_SHOWN = 200

# Documents with warnings on the page, about 2 kB each, and places of one kind of warning; the workbook holds them all.
DOCUMENTS_SHOWN = 200
PLACES_SHOWN = 8

# Formulae on the page, about 1 kB each with the pair that shows them; clauses of a group that lie open.
FORMULAE_SHOWN = 60
MEMBERS_SHOWN = 12

# Clause pairs of one finding that lie open, and those that stand on the page at all, about 6 kB each; further ones are
# one click away, then in the workbook.
OPEN_COMPARISONS = 4
COMPARISONS_SHOWN = 12

# Findings whose clauses stand in a printed copy of the page, about a sheet of paper each; all stand on the screen.
PRINTED_FINDINGS = 25


def render_content(view: ReportView) -> str:
    """The whole report as one page with marks where the facts of the run belong, for ``frame.frame_page``.

    Equal views give equal pages.
    """
    style = _style()
    template = _environment().get_template("report.html.j2")
    return template.render(
        view=view,
        on_page=_on_page(view),
        summary=view.summary,
        manifest=view.manifest,
        run={name: Markup(mark(name)) for name in facts_of(view.manifest)},
        style=Markup(style),  # our own file: it holds no text of the corpus
        policy=_policy(style),
        discounted_shown=DISCOUNTED_SHOWN,
        documents_shown=DOCUMENTS_SHOWN,
        places_shown=PLACES_SHOWN,
    )


def _on_page(view: ReportView) -> frozenset[str]:
    """The findings and groups that have a place on the page, by their anchors: nothing else can be linked to."""
    lists = (
        [finding for finding in findings if finding.leads_family is leads][:FINDINGS_SHOWN]
        for findings in (view.findings, view.within, view.reporting)
        for leads in (True, False)
    )
    listed = {finding.anchor for findings in lists for finding in findings}
    detailed = {finding.anchor for finding in view.all_findings if finding.detailed}
    return frozenset(listed | detailed | {group.anchor for group in view.clusters[:CLUSTERS_SHOWN]})


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("pipeline.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    environment.filters.update(
        closeness=closeness_label,
        capitalized=capitalized,
        chance=chance,
        counted=counted,
        grade_meaning=GRADE_MEANINGS.__getitem__,
        grades_sentence=grades_sentence,
        meaning=meaning,
        number=number,
        relation_label=relation_label,
        shown=shown,
        signed=_signed,
        width=_width,
    )
    environment.globals.update(
        SegmentKind=SegmentKind,
        chance_limit=CHANCE_LIMIT,
        chance_note=CHANCE_NOTE,
        clusters_shown=CLUSTERS_SHOWN,
        comparisons_shown=COMPARISONS_SHOWN,
        findings_shown=FINDINGS_SHOWN,
        signals_shown=SIGNALS_SHOWN,
        formulae_shown=FORMULAE_SHOWN,
        members_shown=MEMBERS_SHOWN,
        not_aligned=NOT_ALIGNED,
        open_comparisons=OPEN_COMPARISONS,
        printed_findings=PRINTED_FINDINGS,
        unmatched_shown=UNMATCHED_SHOWN,
    )
    return environment


@cache
def _style() -> str:
    """The style sheet, with one class for each length of a bar: the policy forbids style attributes."""
    loader = _environment().loader
    if loader is None:  # pragma: no cover - the environment above has one
        raise RuntimeError("no loader")
    source, _, _ = loader.get_source(_environment(), "report.css")
    bars = "".join(
        f".w{share}{{--w:{share}%}}.x{share}{{--x:{share}%}}.z{share}{{--z:{share}%}}" for share in range(101)
    )
    return f"\n{source}{bars}\n"


def _policy(style: str) -> str:
    """Nothing may be fetched or run; only this very style sheet applies."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _finalize(value: object) -> object:
    if not isinstance(value, str) or (value.isascii() and value.isprintable()) or isinstance(value, Markup):
        return value
    return printable(value)


def _signed(value: float) -> str:
    """Points with their sign, a true minus among them: ``−0.30``."""
    return f"{value:+.2f}".replace("-", "\u2212")


def _width(share: float) -> str:
    """The class that draws a bar of this share."""
    return f"w{round(100 * min(max(share, 0.0), 1.0))}"
