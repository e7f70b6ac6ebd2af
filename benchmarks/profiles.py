"""How well texts of the United Nations are read through their profile: roles and verbs of paragraphs.

``python benchmarks/profiles.py DATA`` lays out resolutions of ``DATA/un/resolutions.jsonl.xz`` as Word and as PDF in
the form of United Nations documents (masthead with the symbol, number line, enacting line, italic verbs, numbered
paragraphs, running head, page numbers), reads them with the ordinary reader and compares role and verb of each
paragraph with the labels of the source. It writes ``benchmarks/profiles.json`` and ``.md``.

Documents are split by the hash of their series (of their symbol where they have none): words and rules were chosen on
the development half alone. The labels are machine-made and hold errors; none is dropped.
"""

import argparse
import hashlib
import json
import lzma
import os
import platform
import random
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph as WordParagraph
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate
from tree import measured_commit

from pipeline.domain import Document, Part, Resolution, fold_space, plain_characters
from pipeline.ingest import read_file
from pipeline.reference.profiles import Profile, load_profiles
from pipeline.segment import segment_document

HERE = Path(__file__).resolve().parent
# Symbols of resolutions of the organs that the source holds in number.
ORGANS = {"GA": "A/RES/", "HRC": "A/HRC/RES/", "SC": "S/RES/", "ECOSOC": "E/RES/"}
NAMES = {
    "GA": "General Assembly",
    "HRC": "General Assembly",
    "SC": "Security Council",
    "ECOSOC": "Economic and Social Council",
}
ROLES = {Part.PREAMBULAR: "preambular", Part.OPERATIVE: "operative", Part.ANNEX: "other"}
REMARKS = (
    "Resolutions laid out in the form of United Nations documents, read with the ordinary reader, compared with the",
    "labels of the source paragraph by paragraph. `role` is preambular or operative, over all paragraphs that the",
    "source labels so (the enacting line counts as preambular in both); a verb counts where the source labels one, and",
    "is right when the label, often one word, begins the verb that was read, modifiers aside. Intervals: 95 %,",
    "bootstrap over documents.",
    "",
    "The labels are machine-made, and none is dropped. Three kinds of them the product does not follow. (1) Text of",
    "annexes (treaties, statutes, plans, declarations) is often labelled operative or preambular by its numbers; the",
    "product reads it as an annex. (2) Lettered items are given a verb where they begin with a capital word in -ing,",
    "-s or -ed (`Ensuring`, `Recommendations`, `Enhanced`); the product gives them the verb of their paragraph, unless",
    "they have an operative verb of their own. (3) Scanned volumes hold the ends of other texts, two columns run",
    "together, and French beside English. The columns `outside` leave out the first two kinds; where an annex begins",
    "is told there by the source text alone, not by the reading.",
)
COLUMNS = (
    "",
    "documents",
    "paragraphs",
    "role",
    "role outside annexes",
    "role with front and back matter",
    "verbs",
    "verb",
    "verb outside lettered items",
)
# So many plain characters of a paragraph find it again in what was read.
KEY = 60
DRAWS = 2000

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scored:
    """One paragraph: what the source says and what was read. ``verb`` is "" where the source labels none."""

    organ: str
    document: str
    role: str
    read_role: str
    verb: str
    read_verb: str
    lettered: bool
    enacting: bool
    annexed: bool
    scanned: bool
    text: str


def half(row: Row) -> str:
    """``development`` or ``test``, by the series of a document."""
    name = row["series_id"] or row["symbol"]
    return "test" if int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 else "development"


def is_eligible(row: Row) -> bool:
    """Whether the source holds a resolution of these organs and labels roles and verbs of both parts."""
    parts = {p.get("paragraph_type") for p in row["paragraphs"] if p.get("action_verb")}
    return row["symbol"].startswith(ORGANS.get(row["organ"], "-")) and {"preambular", "operative"} <= parts


def printed(paragraph: Row) -> tuple[str, str]:
    """Label and text of a paragraph as printed; marks of the conversion that produced the source are taken off."""
    text = fold_space(str(paragraph.get("text") or "").replace("_", ""))
    return fold_space(str(paragraph.get("prefix") or "")), text


def italic_until(paragraph: Row, text: str) -> int:
    """How many characters at the head of a paragraph are italic: up to the end of its verb."""
    verb = paragraph.get("action_verb") or ""
    at = text.find(verb) if verb and paragraph["type"] == "paragraph" else -1
    return at + len(verb) if 0 <= at < 60 else 0


def lay_out_word(row: Row, path: Path) -> None:
    """One document as Word."""
    document = docx.Document()
    document.styles["Normal"].font.name = "Times New Roman"
    document.styles["Normal"].font.size = Pt(10)
    section = document.sections[0]
    section.header.paragraphs[0].text = row["symbol"]
    _page_field(section.footer.paragraphs[0])
    document.add_paragraph().add_run(f"United Nations\t{row['symbol']}").bold = True
    document.add_paragraph().add_run(NAMES[row["organ"]]).bold = True
    for entry in row["paragraphs"]:
        label, text = printed(entry)
        paragraph = document.add_paragraph()
        if entry["type"] in ("title", "heading"):
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            paragraph.add_run("\t".join(filter(None, (label, text)))).bold = True
            continue
        if label:
            paragraph.paragraph_format.left_indent = Cm(1.0 if label[:1].isdigit() else 2.0)
            paragraph.add_run(f"{label}\t")
        split = italic_until(entry, text)
        paragraph.add_run(text[:split]).italic = True
        paragraph.add_run(text[split:])
    document.save(str(path))


def _page_field(paragraph: WordParagraph) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def lay_out_pdf(row: Row, path: Path) -> None:
    """One document as PDF."""
    plain = ParagraphStyle("text", fontName="Times-Roman", fontSize=10, leading=12, spaceAfter=6)
    number = ParagraphStyle("number", parent=plain, firstLineIndent=20)
    letter = ParagraphStyle("letter", parent=plain, leftIndent=20, firstLineIndent=20)
    head = ParagraphStyle("head", parent=plain, fontName="Times-Bold", alignment=1)
    flow = [
        Paragraph(f"<b>United Nations &nbsp;&nbsp;&nbsp; {escape(row['symbol'])}</b>", plain),
        Paragraph(f"<b>{NAMES[row['organ']]}</b>", plain),
    ]
    for entry in row["paragraphs"]:
        label, text = printed(entry)
        if not (label or text):
            continue
        if entry["type"] in ("title", "heading"):
            flow.append(Paragraph(escape(" ".join(filter(None, (label, text)))), head))
            continue
        split = italic_until(entry, text)
        body = f"<i>{escape(text[:split])}</i>{escape(text[split:])}"
        style = plain if not label else number if label[:1].isdigit() else letter
        flow.append(Paragraph(f"{escape(label)}&nbsp;&nbsp;{body}" if label else body, style))
    furniture = partial(_furniture, symbol=row["symbol"])
    SimpleDocTemplate(str(path), pagesize=A4, invariant=1).build(flow, onFirstPage=furniture, onLaterPages=furniture)


def _furniture(canvas: Canvas, template: SimpleDocTemplate, symbol: str) -> None:
    canvas.saveState()
    canvas.setFont("Times-Roman", 8)
    canvas.drawString(72, A4[1] - 40, symbol)
    canvas.drawRightString(A4[0] - 72, 36, str(template.page))
    canvas.restoreState()


def squashed(text: str) -> tuple[str, list[int]]:
    """Letters and digits of a text in lower case, and where each stands in it."""
    kept = [(c, i) for i, c in enumerate(plain_characters(text).lower()) if c.isascii() and c.isalnum()]
    return "".join(c for c, _ in kept), [i for _, i in kept]


def score(row: Row, document: Document, profile: Profile) -> list[Scored]:
    """Each paragraph of the source with what was read in its place."""
    resolutions = segment_document(document)
    letters, places = squashed(document.text)
    enacting = {line.casefold() for organ in profile.organs for line in organ.enacting}
    scanned = any(str(p.get("text") or "").startswith("<!-- Page") for p in row["paragraphs"])
    cursor = 0
    annexed = begun = False
    out = []
    for entry in row["paragraphs"]:
        label, text = printed(entry)
        begun = begun or entry.get("paragraph_type") == "preambular"
        annexed = annexed or (
            begun and profile.annex.fullmatch(plain_characters(f"{label} {text}").strip()) is not None
        )
        key, _ = squashed(f"{label} {text}")
        if not key:
            continue
        at = letters.find(key[:KEY], cursor)
        role = entry.get("paragraph_type") or "other"
        opens = text.rstrip(" ,").casefold() in enacting
        read_role, read_verb = "other", ""
        if at >= 0:
            cursor = at + min(KEY, len(key))
            inside = places[min(at + len(squashed(label)[0]), len(places) - 1)]
            read_role, read_verb = read_at(resolutions, inside, opens)
        verb = str(entry.get("action_verb") or "") if entry["type"] == "paragraph" and role != "other" else ""
        lettered = bool(label) and not label[0].isdigit()
        out.append(
            Scored(
                row["organ"],
                row["symbol"],
                role,
                read_role,
                verb,
                read_verb,
                lettered,
                opens,
                annexed,
                scanned,
                text[:90],
            )
        )
    return out


def read_at(resolutions: Sequence[Resolution], position: int, opens: bool) -> tuple[str, str]:
    """Role and verb of what was read at a place; an enacting line that opened a text counts as preambular."""
    for resolution in resolutions:
        if not resolution.span.start <= position < resolution.span.end:
            continue
        before = not resolution.sections or position < resolution.sections[0].span.start
        if opens and before:
            return "preambular", ""
        for section in reversed(resolution.sections):
            if section.span.start <= position < section.span.end:
                return ROLES[section.part], section.verb
    return "other", ""


def same_verb(label: str, verb: str, profile: Profile) -> bool:
    """Whether a label of the source, often one word, names the verb: it begins it, modifiers aside."""
    modifiers = {w for m in profile.modifiers for w in m.split()}
    canonical = profile.canonical | profile.first_person.verbs
    words = [w for w in re.findall(r"[\w'-]+", plain_characters(label).lower().replace("_", "")) if w not in modifiers]
    wanted = canonical.get(" ".join(words), " ".join(words)).split()
    return bool(wanted) and verb.split()[: len(wanted)] == wanted


def figures(scored: Sequence[Scored], profile: Profile) -> dict[str, Any]:
    """Accuracy of roles and verbs with bootstrap intervals over documents, in [0, 1], and the counts."""
    by_document: dict[str, list[Scored]] = defaultdict(list)
    for one in scored:
        by_document[one.document].append(one)
    kinds = {
        "role": lambda s: (s.role != "other", s.role == s.read_role),
        "role_outside_annexes": lambda s: (s.role != "other" and not s.annexed, s.role == s.read_role),
        "role_without_enacting_lines": lambda s: (s.role != "other" and not s.enacting, s.role == s.read_role),
        "role_with_other": lambda s: (True, s.role == s.read_role),
        "verb": lambda s: (bool(s.verb), same_verb(s.verb, s.read_verb, profile)),
        "verb_outside_lettered_items": lambda s: (
            bool(s.verb) and not s.lettered,
            same_verb(s.verb, s.read_verb, profile),
        ),
    }
    result: dict[str, Any] = {"documents": len(by_document)}
    for name, judge in kinds.items():
        counts = [
            (sum(1 for c, _ in judged if c), sum(1 for c, right in judged if c and right))
            for judged in ([judge(s) for s in group] for _, group in sorted(by_document.items()))
        ]
        result[name] = _share(counts)
    return result


def wrong_roles(scored: Sequence[Scored]) -> dict[str, int]:
    """Paragraphs whose role was read otherwise, by the first cause that holds."""
    causes: Counter[str] = Counter()
    for s in scored:
        if s.role == "other" or s.role == s.read_role:
            continue
        place = "in annexes" if s.annexed else "in scanned volumes" if s.scanned else ""
        causes[place or f"{s.role} in the source, read as {s.read_role}"] += 1
    return dict(causes.most_common())


def wrong_verbs(scored: Sequence[Scored], profile: Profile) -> dict[str, int]:
    """Labelled verbs that were read otherwise, by the first cause that holds."""
    known = {v.split()[0] for v in (*profile.preambular, *profile.operative, *profile.first_person.verbs)}
    known |= {w for m in profile.modifiers for w in m.split()}
    causes: Counter[str] = Counter()
    for s in scored:
        if not s.verb or same_verb(s.verb, s.read_verb, profile):
            continue
        first = re.split(r"\W", plain_characters(s.verb).lower().strip("_"))[0]
        if s.lettered:
            cause = "lettered items"
        elif first not in known:
            cause = "labels that are no verb of the profile (such as States, Governments)"
        else:
            cause = "in annexes" if s.annexed else "in scanned volumes" if s.scanned else "others"
        causes[cause] += 1
    return dict(causes.most_common())


def _share(counts: Sequence[tuple[int, int]]) -> dict[str, Any]:
    total, right = sum(n for n, _ in counts), sum(r for _, r in counts)
    draw = random.Random(7)
    shares = []
    for _ in range(DRAWS):
        drawn = draw.choices(counts, k=len(counts))
        if of := sum(n for n, _ in drawn):
            shares.append(sum(r for _, r in drawn) / of)
    shares.sort()
    low, high = (shares[int(len(shares) * q)] for q in (0.025, 0.975)) if shares else (0.0, 0.0)
    return {
        "paragraphs": total,
        "right": right,
        "accuracy": round(right / max(1, total), 4),
        "interval": [round(low, 4), round(high, 4)],
    }


def measure(rows: Sequence[Row], form: str, profile: Profile) -> tuple[list[Scored], dict[str, int]]:
    """Paragraphs of documents laid out in one form (``docx`` or ``pdf``), and how identifiers came out."""
    scored: list[Scored] = []
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for position, row in enumerate(rows):
            path = Path(folder) / f"{position}.{form}"
            (lay_out_word if form == "docx" else lay_out_pdf)(row, path)
            document = read_file(path, path.name)
            path.unlink()
            if not isinstance(document, Document):
                raise SystemExit(f"{row['symbol']}: {document.reason}")
            scored += score(row, document, profile)
            found = segment_document(document)
            counts["identifier_right"] += any(number_of(row, r) == r.id.number.lower() for r in found)
            counts["not_read"] += not found
    return scored, dict(counts)


def number_of(row: Row, resolution: Resolution) -> str:
    """The number that the symbol of a document states, in the form of identifiers; without the year of the Council."""
    number = re.sub(r"[^0-9a-z]+", "-", row["symbol"][len(ORGANS[row["organ"]]) :].lower()).strip("-")
    return number.removesuffix(f"-{resolution.id.year}") if row["organ"] == "SC" else number


def in_hash_order(rows: Iterable[Row]) -> list[Row]:
    """Documents in an order that depends on nothing but their symbols."""
    return sorted(rows, key=lambda r: hashlib.sha256(r["symbol"].encode()).hexdigest())


def evaluate(rows: Sequence[Row], forms: dict[str, int], profile: Profile) -> dict[str, Any]:
    """Figures of one half, form by form: all organs, each organ, digital documents and scanned volumes."""
    result: dict[str, Any] = {}
    for form, limit in forms.items():
        chosen = in_hash_order(rows)[:limit]
        scored, identifiers = measure(chosen, form, profile)
        groups = {"all": scored}
        groups |= {organ: [s for s in scored if s.organ == organ] for organ in ORGANS}
        groups |= {"digital": [s for s in scored if not s.scanned], "scanned": [s for s in scored if s.scanned]}
        result[form] = {name: figures(group, profile) for name, group in groups.items() if group} | identifiers
        result[form] |= {"wrong_roles": wrong_roles(scored), "wrong_verbs": wrong_verbs(scored, profile)}
    return result


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of the reference data")
    parser.add_argument("--word", type=int, default=400, help="documents of each half as Word")
    parser.add_argument("--pdf", type=int, default=150, help="documents of each half as PDF")
    arguments = parser.parse_args()
    with lzma.open(arguments.data / "un/resolutions.jsonl.xz", "rt", encoding="utf-8") as source:
        rows = [json.loads(line) for line in source]
    profile = next(p for p in load_profiles() if p.organisation == "un")
    forms = {"docx": arguments.word, "pdf": arguments.pdf}
    halves = {name: [r for r in rows if is_eligible(r) and half(r) == name] for name in ("development", "test")}
    commit = measured_commit()
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "command": f"python benchmarks/profiles.py DATA --word {arguments.word} --pdf {arguments.pdf}",
        "documents_in_source": len(rows),
        "eligible": {name: len(group) for name, group in halves.items()},
        **{name: evaluate(group, forms, profile) for name, group in halves.items()},
    }
    (HERE / "profiles.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    (HERE / "profiles.md").write_text(as_markdown(result), encoding="utf-8")
    print((HERE / "profiles.md").read_text(encoding="utf-8"))


def as_markdown(result: dict[str, Any]) -> str:
    """The result as a page."""
    lines = [
        "# Profiles: texts of the United Nations",
        "",
        f"{result['date']}, commit {result['commit']}, {result['machine']}. `{result['command']}`.",
        "",
        *REMARKS,
        "",
    ]
    names = {"test": "Test half", "development": "Development half (words and rules were chosen on it)"}
    for name, title in names.items():
        for form, label in {"docx": "Word", "pdf": "PDF"}.items():
            groups = result[name][form]
            read = f"identifier right in {groups['identifier_right']}, not read {groups['not_read']}"
            lines += [
                f"## {title}, {label}",
                "",
                f"{groups['all']['documents']} of {result['eligible'][name]} documents; {read}.",
                "",
                f"| {' | '.join(COLUMNS)} |",
                "|---" * len(COLUMNS) + "|",
                *(_row(group, groups[group]) for group in ("all", *ORGANS, "digital", "scanned") if group in groups),
                "",
                "Wrong roles: " + "; ".join(f"{cause} {n}" for cause, n in groups["wrong_roles"].items()) + ".",
                "",
                "Wrong verbs: " + "; ".join(f"{cause} {n}" for cause, n in groups["wrong_verbs"].items()) + ".",
                "",
            ]
    return "\n".join(lines)


def _row(name: str, group: dict[str, Any]) -> str:
    def share(kind: str) -> str:
        low, high = group[kind]["interval"]
        return f"{group[kind]['accuracy']:.3f} ({low:.3f}–{high:.3f})"

    cells = [name, group["documents"], group["role"]["paragraphs"], share("role"), share("role_outside_annexes")]
    cells += [
        share("role_with_other"),
        group["verb"]["paragraphs"],
        share("verb"),
        share("verb_outside_lettered_items"),
    ]
    return "| " + " | ".join(map(str, cells)) + " |"


if __name__ == "__main__":
    main()
