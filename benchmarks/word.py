"""How faithfully Word files as published are read: against a human transcription, a PDF twin, and the file itself.

``python benchmarks/word.py DATA`` reads ``DATA/itu/word`` and then every other file below ``DATA``, and writes
``benchmarks/word.json`` and ``.md``. Character error is the Levenshtein distance over the length of the reference, both
after the same normalisation: Unicode NFKC, one kind of quotation marks, dashes and hyphens, white space folded.
"""

import argparse
import json
import os
import platform
import re
import time
import unicodedata
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree
from rapidfuzz.distance import Levenshtein
from tree import measured_commit

from pipeline.domain import BlockKind, Document, Rejected, Span, View, unrevised
from pipeline.ingest import Reader

HERE = Path(__file__).resolve().parent
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
SIGNS = str.maketrans({"“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "–": "-", "—": "-", "−": "-", "‑": "-"})
SUFFIXES = {".docx", ".doc", ".pdf", ".txt", ".jsonl", ".xml"}
_LABEL = re.compile(r"^(?:[a-z]{1,2}\)(?:bis)?|[ivx]+\)|[•–−-])$")
_WORD = re.compile(r"[^\W\d_]{2,}")
_SHOWN = {f"{W}t": "", f"{W}tab": " ", f"{W}br": " ", f"{W}cr": " ", f"{W}noBreakHyphen": "-", f"{W}softHyphen": ""}
_NUMBERED = re.compile(r"^(?:SECTION\s+)?(?P<n>\d+(?:bis)?(?:\.\d+(?:bis)?)*)$", re.I)


def normal(text: str) -> str:
    """The text as both sides are compared."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(SIGNS).split())


def error(found: str, reference: str) -> float:
    """Character error of two normalised texts, in [0, …)."""
    return Levenshtein.distance(found, reference) / max(1, len(reference))


class Transcription:
    """The lines of an AsciiDoc transcription as a reader would see them, with the numbers that its tool generates.

    Markup goes: anchors, attributes, block marks, emphasis, list marks. ``[number=2bis]`` and the nesting of headings
    give section numbers, cross-references become the number of what they point to, footnotes come last.
    """

    def __init__(self, source: str) -> None:
        self.numbers: list[str] = []
        self.notes: list[str] = []
        self.lines: list[str] = []
        self._targets: dict[str, str] = {}
        self._counters: list[tuple[int, str]] = []
        self._anchors: list[str] = []
        self._stated = ""
        self._kind = ""
        self._figure = 0
        self._remarks = 0
        for line in source.splitlines():
            self._take(line.strip())
        self.lines = [self._resolved(line) for line in self.lines]
        self.notes = [self._resolved(note) for note in self.notes]

    def text(self) -> str:
        """All lines, then the footnotes, normalised."""
        return normal("\n".join([*self.lines, *self.notes]))

    def _take(self, line: str) -> None:
        if not line or line == "--" or re.match(r"^:[\w-]+:", line):
            return
        if match := re.match(r"^\[\[([\w-]+)\]\]$", line):
            self._anchors.append(match[1])
        elif match := re.match(r"^\[number=(\w+)\]$", line):
            self._stated = match[1]
        elif match := re.match(r"^\[(%unnumbered|appendix)[^\]]*\]$", line):
            self._kind = match[1]
        elif line.startswith("image::"):
            return
        elif match := re.match(r"^(=+)\s+(.*)$", line):
            self._heading(len(match[1]), match[2])
        elif line.startswith("."):
            self._dotted(line)
        else:
            line = re.sub(r"^\*+\s+", "", line)
            if line.startswith("NOTE: "):
                self._remarks += 1
                line = f"NOTE {self._remarks} – {line[6:]}"
            self.lines.append(self._plain(line))

    def _dotted(self, line: str) -> None:
        """An item of a list, or the caption of a figure, which has no space behind its full stop."""
        if item := re.match(r"^\.+\s+(.*)$", line):
            self.lines.append(self._plain(item[1]))
            return
        self._figure += 1
        number = self._anchors[-1].removeprefix("fig").replace("-", ".") if self._anchors else ""
        self._targets |= dict.fromkeys(self._anchors, f"Figure {number}")
        self._anchors.clear()
        self.lines.append(f"Figure {number} – {self._plain(line[1:])}")

    def _heading(self, depth: int, title: str) -> None:
        title = self._plain(title)
        number = ""
        if depth > 1 and not self._kind:
            depth -= 2
            last = self._counters[depth][0] if depth < len(self._counters) else 0
            label = self._stated or str(last + 1)
            self._counters = [*self._counters[:depth], (int(re.match(r"\d+", label)[0]), label)]  # type: ignore[index]
            number = ".".join(label for _, label in self._counters)
            self.numbers.append(number)
            self.lines.append(f"SECTION {number}" if depth == 0 else number)
        appendix = {"appendixI": "Appendix I", "appendixII": "Appendix II"}
        self._targets |= {a: appendix.get(a, f"Section {number}" if depth == 0 else number) for a in self._anchors}
        self._anchors.clear()
        self._stated = self._kind = ""
        if title.strip():
            self.lines.append(title)

    def _plain(self, line: str) -> str:
        """Without inline markup; footnotes go to their own list, a second call of one adds nothing."""
        for match in re.finditer(r"footnote:\w*\[([^\]]*(?:\[[^\]]*\][^\]]*)*)\]", line):
            if match[1]:
                self.notes.append(self._plain(match[1]))
        line = re.sub(r"\s?(?:\{blank\})?footnote:\w*\[[^\]]*(?:\[[^\]]*\][^\]]*)*\]", "", line)
        line = re.sub(r"\{\w+\}|\s\+$", "", line)
        line = re.sub(r"(?:https?://\S+?|link:\S+?)\[([^\]]*)\]", r"\1", line)
        line = re.sub(r"\*\*?(\S(?:.*?\S)?)\*\*?", r"\1", line)
        return re.sub(r"__(.+?)__|(?<!\w)_(.+?)_(?!\w)", lambda m: m[1] or m[2], line)

    def _resolved(self, line: str) -> str:
        return re.sub(r"<<([\w-]+)>>", lambda m: self._targets.get(m[1], m[0]), line)


def document_lines(document: Document) -> Iterator[str]:
    """Lines of the document from its title on, without the labels of list items, footnotes without their marks."""
    begun = False
    for block in document.blocks:
        line = document.line(block)
        begun = begun or block.style == "res_title"
        label, tab, rest = line.partition("\t")
        if not begun:
            continue
        yield rest if tab and (_LABEL.match(label) or block.kind is BlockKind.FOOTNOTE) else line


def differences(found: str, reference: str) -> dict[str, tuple[int, int, list[str]]]:
    """Kinds of differing passages: how many, how many characters, and the first few, ``found`` → ``reference``."""
    left, right = found.split(), reference.split()
    kinds: dict[str, tuple[int, int, list[str]]] = {}
    for operation in Levenshtein.opcodes(left, right):
        if operation.tag == "equal":
            continue
        ours = " ".join(left[operation.src_start : operation.src_end])
        theirs = " ".join(right[operation.dest_start : operation.dest_end])
        if not theirs:
            kind = "only in the Word file"
        elif not ours:
            kind = "only in the transcription"
        elif ours.replace(" ", "") == theirs.replace(" ", ""):
            kind = "white space"
        elif ours.casefold() == theirs.casefold():
            kind = "capitals"
        elif re.sub(r"\W", "", ours) == re.sub(r"\W", "", theirs):
            kind = "punctuation"
        else:
            kind = "other words"
        count, characters, examples = kinds.get(kind, (0, 0, []))
        examples = [*examples, f"{ours} → {theirs}"] if len(examples) < 4 else examples
        kinds[kind] = (count + 1, characters + max(len(ours), len(theirs)), examples)
    return kinds


def transcription_figures(document: Document, source: str) -> dict[str, object]:
    """The resolution against its transcription."""
    transcription = Transcription(source)
    ours, theirs = normal("\n".join(document_lines(document))), transcription.text()
    numbers = Counter()
    for block in document.blocks:
        label = document.line(block).partition("\t")[0]
        if match := _NUMBERED.match(label):
            numbers[match["n"].lower()] += 1
    notes = [normal(document.line(b).partition("\t")[2]) for b in document.blocks if b.kind is BlockKind.FOOTNOTE]
    wanted = [normal(note) for note in transcription.notes]
    return {
        "characters": len(theirs),
        "character_error": round(error(ours, theirs), 5),
        "sections": len(transcription.numbers),
        "sections_found": sum(numbers[n.lower()] > 0 for n in transcription.numbers),
        "sections_missing": [n for n in transcription.numbers if not numbers[n.lower()]],
        "footnotes": len(wanted),
        "footnotes_found": len(notes),
        "footnotes_equal": sum(a == b for a, b in zip(notes, wanted, strict=False)),
        "differences": {
            kind: {"passages": count, "characters": characters, "examples": examples}
            for kind, (count, characters, examples) in sorted(differences(ours, theirs).items())
        },
    }


def twin_figures(old: Document, pdf: Document) -> dict[str, object]:
    """An old Word file against the PDF of the same text."""
    ours, theirs = normal(old.text), normal(pdf.text)
    left, right = (Counter(re.findall(r"\w+", text.casefold())) for text in (ours, theirs))
    return {
        "characters_word": len(ours),
        "characters_pdf": len(theirs),
        "character_error": round(error(ours, theirs), 4),
        "words_of_pdf_found": round((left & right).total() / right.total(), 4),
        "words_of_word_found": round((left & right).total() / left.total(), 4),
    }


def change_figures(path: Path, proposed: Document, original: Document) -> dict[str, object]:
    """Both readings of a file with tracked changes, and what its XML holds."""
    with zipfile.ZipFile(path) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    struck = "".join(e.text or "" for e in root.iter(f"{W}delText"))
    struck += "".join("-" for e in root.iter(f"{W}del") for _ in e.iter(f"{W}noBreakHyphen"))
    put_in = "".join(t.text or "" for e in root.iter(f"{W}ins") for t in e.iter(f"{W}t"))
    gone = "".join(r.text for r in proposed.revisions if not r.added)
    added = "".join(r.text for r in proposed.revisions if r.added)

    def letters(text: str) -> int:
        return sum(not (c.isspace() or c == "|") for c in text)  # a bar stands between cells

    back = unrevised(proposed.text, proposed.revisions, Span(0, len(proposed.text)))
    return {
        "characters_proposed": len(proposed.text),
        "characters_original": len(original.text),
        "revisions": dict(Counter(r.kind.value for r in proposed.revisions)),
        "letters_struck_in_file": letters(struck),
        "letters_struck_in_revisions": letters(gone),
        "letters_put_in_in_file": letters(put_in),
        "letters_put_in_in_revisions": letters(added),
        "original_from_revisions_equal": " ".join(back.split()) == " ".join(original.text.split()),
    }


def lost_words(path: Path, document: Document) -> int:
    """Words in the runs of the body that the document does not hold as often, both without labels and marks."""
    with zipfile.ZipFile(path) as archive:
        root = etree.fromstring(archive.read("word/document.xml"))
    for element in [*root.iter(FALLBACK), *root.iter(f"{W}del"), *root.iter(f"{W}moveFrom")]:
        element.getparent().remove(element)
    parts = (_SHOWN.get(e.tag, " ") or e.text or "" for e in root.iter(*_SHOWN, f"{W}p"))
    text = unicodedata.normalize("NFC", "".join(parts)).replace("\xad", "")
    return (Counter(_WORD.findall(text)) - Counter(_WORD.findall(document.text))).total()


def every_file(data: Path, reader: Reader) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """One row a format, and one a rejected file."""
    rows: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    rejected = []
    for path in sorted(p for p in data.rglob("*") if p.is_file()):
        suffix = path.suffix.lower()
        began = time.perf_counter()
        answer = reader.read(path, path.name)
        seconds = time.perf_counter() - began
        row = rows[suffix]
        row["files"] += 1
        row["seconds"] += seconds
        row["slowest"] = max(row["slowest"], seconds)
        if isinstance(answer, Rejected):
            row["rejected"] += 1
            name = path.relative_to(data).as_posix()
            rejected.append({"file": name, "code": answer.code, "reason": answer.reason})
        elif suffix == ".docx":
            row["lost_words"] += lost_words(path, answer)
    table = [
        {"format": suffix, **{key: round(row[key], 1) for key in ("files", "rejected", "seconds", "slowest")}}
        | ({"lost_words": int(row["lost_words"])} if suffix == ".docx" else {})
        for suffix, row in sorted(rows.items())
    ]
    return table, rejected


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of the reference data")
    data: Path = parser.parse_args().data
    folder = data / "itu/word"
    reader = Reader()

    def read(name: str, view: View = View.PROPOSED) -> Document:
        answer = reader.read(folder / name, name, view)
        if isinstance(answer, Rejected):
            raise SystemExit(f"{name}: {answer.reason}")
        return answer

    changed = "T-REC-G.Imp8101-201810-I!!MSW-E.docx"
    covers = ["T-RES-T.1-2016-MSW-E.docx", "T-REC-A.1-201610-I!!MSW-E.docx", changed]
    commit = measured_commit()
    result: dict[str, object] = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "transcription": transcription_figures(
            read("T-RES-T.1-2016-MSW-E.docx"), (folder / "T-RES-T.1-2016.adoc").read_text(encoding="utf-8")
        ),
        "tracked_changes": change_figures(folder / changed, read(changed), read(changed, View.ORIGINAL)),
        "headers": {name: _facts(read(name)) for name in covers}
        | {p.name: _facts(reader.read(p, p.name)) for p in sorted((data / "council").glob("*.txt"))},
    }
    old = reader.read(folder / "T-REC-U.1-199303-I!!MSW-E.doc", "T-REC-U.1-199303-I!!MSW-E.doc")
    if isinstance(old, Document):
        result["old_word_twin"] = twin_figures(old, read("T-REC-U.1-199303-I!!PDF-E.pdf"))
    else:
        result["old_word_twin"] = {"not_measured": old.reason}
    result["files"], result["rejected"] = every_file(data, reader)
    reader.close()
    (HERE / "word.json").write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    (HERE / "word.md").write_text(as_markdown(result), encoding="utf-8")
    print((HERE / "word.md").read_text(encoding="utf-8"))


def _facts(answer: Document | Rejected) -> dict[str, object]:
    if isinstance(answer, Rejected):
        return {"rejected": answer.reason}
    return {"kind": answer.kind.value} | {k: v for k, v in asdict(answer.metadata).items() if v}


def as_markdown(result: dict[str, object]) -> str:
    """The result as a page."""
    t, c, twin = (result[key] for key in ("transcription", "tracked_changes", "old_word_twin"))
    assert isinstance(t, dict)
    assert isinstance(c, dict)
    assert isinstance(twin, dict)
    lines = [
        "# Word files as published",
        "",
        f"{result['date']}, commit {result['commit']}, {result['machine']}. Written by `benchmarks/word.py`.",
        "",
        "## WTSA Resolution 1 (2016) against its human transcription",
        "",
        f"Character error {t['character_error']:.3%} of {t['characters']:,} characters; "
        f"{t['sections_found']} of {t['sections']} section numbers found"
        + (f" (missing: {', '.join(t['sections_missing'])})" if t["sections_missing"] else "")
        + f"; {t['footnotes_equal']} of {t['footnotes']} footnotes equal ({t['footnotes_found']} found).",
        "",
        "Compared is the text from the title on (cover, foreword and copyright page are not transcribed), footnotes",
        "last, after Unicode NFKC, one kind of quotation marks and dashes, white space folded. From the AsciiDoc go",
        "anchors, attributes, block and list marks, emphasis; its section and note numbers are generated as its tool",
        "does, cross-references become numbers. Labels of list items (`a)`, `i)`, `–`) are no part of the",
        "transcription and are left out of the Document too. Nothing else is: what differs counts, whoever is right.",
        "",
        "| difference | passages | characters | for example: Word file → transcription |",
        "|---|---|---|---|",
        *_difference_rows(t["differences"]),
        "",
        "## Tracked changes: both readings",
        "",
        "| | in the file | read |",
        "|---|---|---|",
        f"| letters struck out | {c['letters_struck_in_file']} | {c['letters_struck_in_revisions']} |",
        f"| letters put in | {c['letters_put_in_in_file']} | {c['letters_put_in_in_revisions']} |",
        "",
        f"Revisions: {', '.join(f'{n} {kind}' for kind, n in c['revisions'].items())}.",
        f"Proposed reading {c['characters_proposed']:,} characters, original {c['characters_original']:,};",
        "the original put together from the revisions is "
        + ("equal" if c["original_from_revisions_equal"] else "NOT equal")
        + " to the original reading.",
        "",
        "## An old .doc (Word 2) against the PDF of the same text",
        "",
        *_twin_lines(twin),
        "",
        "## Header facts",
        "",
        "| file | facts |",
        "|---|---|",
        *_header_rows(result["headers"]),
        "",
        "## Every file of the reference data",
        "",
        "| format | files | rejected | seconds | slowest | words of runs not in the text |",
        "|---|---|---|---|---|---|",
        *_file_rows(result["files"]),
        "",
        *_rejected_lines(result["rejected"]),
        "",
    ]
    return "\n".join(lines)


def _difference_rows(kinds: dict[str, dict[str, object]]) -> list[str]:
    rows = []
    for kind, d in kinds.items():
        examples = d["examples"]
        assert isinstance(examples, list)
        shown = "; ".join(_short(e) for e in examples[:3]).replace("|", "\\|")
        rows.append(f"| {kind} | {d['passages']} | {d['characters']} | {shown} |")
    return rows


def _short(example: str) -> str:
    return " → ".join(f"“{s[:40]}{'…' if len(s) > 40 else ''}”" if s else "nothing" for s in example.split(" → "))


def _twin_lines(twin: dict[str, object]) -> list[str]:
    if "not_measured" in twin:
        return [f"Not measured: {twin['not_measured']}."]
    ours, theirs = twin["words_of_pdf_found"], twin["words_of_word_found"]
    return [
        f"Character error {twin['character_error']:.2%} in reading order: {twin['characters_word']:,} characters",
        f"through LibreOffice, {twin['characters_pdf']:,} from the PDF. Tables read in another order count as",
        f"error. {ours:.2%} of the words of the PDF stand in the Word file, {theirs:.2%} the other way.",
    ]


def _header_rows(headers: object) -> list[str]:
    assert isinstance(headers, dict)
    return [f"| {name} | {'; '.join(f'{k}: {v}' for k, v in facts.items())} |" for name, facts in headers.items()]


def _file_rows(rows: object) -> list[str]:
    assert isinstance(rows, Sequence)
    keys = ("format", "files", "rejected", "seconds", "slowest", "lost_words")
    return ["| " + " | ".join(_cell(row.get(key, "")) for key in keys) + " |" for row in rows]


def _cell(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _rejected_lines(rejected: object) -> list[str]:
    assert isinstance(rejected, Sequence)
    kinds = Counter((Path(r["file"]).suffix, r["code"], r["reason"]) for r in rejected)
    return [f"* {n} × `{suffix}`, {code}: {reason}" for (suffix, code, reason), n in sorted(kinds.items())]


if __name__ == "__main__":
    main()
