"""Whether structure is read alike in the official languages.

``python benchmarks/languages.py DATA`` reads Recommendation E.119 in five languages (``DATA/itu/word``) and the text of
the sample corpus that is held in six, and writes ``benchmarks/languages.json`` and ``.md``. Of the Recommendation it
counts the languages told right, by the text alone, and the section trees equal to the English one by level, kind and
number; each tree is also held against the document's own table of contents. Of the sample text it counts the versions
with the identifiers, parts, verbs and addressees of the English one.
"""

import argparse
import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from tree import measured_commit

from pipeline.domain import Document, Resolution
from pipeline.ingest import read_file
from pipeline.reference import detect_language
from pipeline.segment import read_outline, segment_document, settle_corpus

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent / "corpus" / "sample"
LETTERS = {"A": "ar", "C": "zh", "E": "en", "F": "fr", "R": "ru", "S": "es"}


def read(path: Path) -> Document:
    """One file; a benchmark stops when it cannot be read."""
    document = read_file(path, path.name)
    if not isinstance(document, Document):
        raise SystemExit(f"{path.name}: {document.reason}")
    return document


def contents_of(document: Document) -> list[str]:
    """The first column of the document's own table of contents: numbers, and titles that have none."""
    lines = [document.line(block) for block in document.blocks if block.style.startswith("toc")]
    return [line.split("\t")[0] for line in lines if "\t" in line]


def outlines(folder: Path) -> list[dict[str, object]]:
    """One row a language of E.119; equality with English and with the table of contents."""
    documents = {letter: read(folder / f"T-REC-E.119-201704-I!!MSW-{letter}.docx") for letter in "EAFRS"}
    english = [heading.place for heading in read_outline(documents["E"])]
    rows: list[dict[str, object]] = []
    for letter, document in documents.items():
        tree = read_outline(document)
        printed = [heading.span.of(document.text).split("\t")[0] for heading in tree]
        rows.append(
            {
                "letter": letter,
                "language": detect_language(document.text),
                "language_right": detect_language(document.text) == LETTERS[letter],
                "headings": len(tree),
                "as_english": [heading.place for heading in tree] == english,
                "contents": len(contents_of(document)),
                "as_contents": printed == contents_of(document),
            }
        )
    return rows


def structure(resolution: Resolution) -> list[tuple[object, ...]]:
    """What must be the same in all languages."""
    return [(c.id, c.part, s.verb, c.actors, c.partners) for s in resolution.sections for c in s.clauses]


def versions() -> dict[str, object]:
    """The sample text in six languages, and what a corpus of the six holds."""
    texts = {}
    for letter in LETTERS:
        document = read(SAMPLE / f"S-RES-PP.912-2022-MSW-{letter}.docx")
        (texts[letter],) = segment_document(document)
    english = structure(texts["E"])
    settled = settle_corpus(texts.values())
    return {
        "clauses": len(english),
        "as_english": {letter: structure(text) == english for letter, text in texts.items()},
        "texts": len(settled.resolutions),
        "expressions": len(settled.expressions),
        "whole": sum(expression.is_whole for expression in settled.expressions),
    }


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of the reference data")
    data: Path = parser.parse_args().data
    commit = measured_commit()
    result: dict[str, object] = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "e119": outlines(data / "itu/word"),
        "sample": versions(),
    }
    (HERE / "languages.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    (HERE / "languages.md").write_text(as_markdown(result), encoding="utf-8")
    print(as_markdown(result))


def as_markdown(result: dict[str, object]) -> str:
    """The result as a page."""
    rows, sample = result["e119"], result["sample"]
    assert isinstance(rows, list)
    assert isinstance(sample, dict)
    right = sum(row["language_right"] for row in rows)
    trees = sum(row["as_english"] for row in rows)
    own = sum(row["as_contents"] for row in rows)
    made = f"{result['date']}, commit {result['commit']}, {result['machine']}."
    lines = [
        "# Languages",
        "",
        f"{made} Command: `python benchmarks/languages.py DATA`.",
        "",
        "Recommendation ITU-T E.119 (2017) as published in Word; the tree is compared by level, kind and number.",
        "",
        "| file letter | language found | right | headings | tree as in English | as its own table of contents |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['letter']} | {row['language']} | {_yes(row['language_right'])} | {row['headings']} | "
        f"{_yes(row['as_english'])} | {_yes(row['as_contents'])} ({row['contents']} lines) |"
        for row in rows
    ]
    same = sample["as_english"]
    lines.append(f"""
Languages right: {right} of {len(rows)}. Trees identical: {trees} of {len(rows)}; equal to the table of contents:
{own} of {len(rows)}.

The sample text in six languages, {sample["clauses"]} clauses: {sum(same.values())} of {len(same)} versions have the
same clause identifiers, parts, verbs, addressees and partners. Together they are {sample["texts"]} text with
{sample["expressions"]} expressions, {sample["whole"]} of them aligned whole. The text was written for the project: this
shows that the grammars agree, not how they do on texts of others.
""")
    return "\n".join(lines)


def _yes(value: object) -> str:
    return "yes" if value else "no"


if __name__ == "__main__":
    main()
