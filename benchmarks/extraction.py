"""How exactly clauses are extracted: real texts laid out as Word and PDF against what was laid out.

``python benchmarks/extraction.py DATA`` reads ``DATA/itu/pp18`` (``docx``, ``pdf``, ``truth.jsonl``) and
``DATA/itu/wrc`` and writes ``benchmarks/extraction.json`` and ``.md``. A clause counts when call, label and text are
equal after white-space folding.
"""

import argparse
import json
import os
import platform
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from tree import measured_commit

from pipeline.domain import Document
from pipeline.evaluate import Score, clause_keys, read_segmentation_gold
from pipeline.ingest import find_files, read_file, relative_name
from pipeline.segment import segment_document

HERE = Path(__file__).resolve().parent
Key = tuple[str, str, str]


def extracted(folder: Path) -> tuple[dict[str, Counter[Key]], dict[str, str], int]:
    """Clauses by ``type_number``, the identifier found in each file, and the number of files."""
    clauses: dict[str, Counter[Key]] = {}
    identifiers: dict[str, str] = {}
    files = find_files(folder)
    for path in files:
        document = read_file(path, relative_name(path, folder))
        for resolution in segment_document(document) if isinstance(document, Document) else ():
            name = f"{resolution.id.type.value}_{resolution.id.number}"
            found = Counter((key.call, key.label, key.text) for key in clause_keys(resolution))
            clauses[name] = clauses.get(name, Counter()) + found
            identifiers[path.stem] = str(resolution.id.work)
    return clauses, identifiers, len(files)


def clause_figures(
    found: dict[str, Counter[Key]], truth: dict[str, Counter[Key]], wanted: set[str]
) -> dict[str, float]:
    """Equal, expected and found clauses of the wanted instruments, and precision, recall and F1 in [0, 1].

    An instrument that was not found counts with all its clauses as missed, one that nobody laid out as invented.
    """
    equal = sum((found.get(name, Counter()) & truth[name]).total() for name in wanted)
    expected = sum(truth[name].total() for name in wanted)
    got = sum(clauses.total() for clauses in found.values())
    score = Score(expected, got, equal)
    return {
        "instruments": len(found.keys() & wanted),
        "instruments_expected": len(wanted),
        "equal": equal,
        "expected": expected,
        "found": got,
        "precision": round(score.precision, 4),
        "recall": round(score.recall, 4),
        "f1": round(score.f1, 4),
    }


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of the reference data")
    data: Path = parser.parse_args().data
    gold = (data / "itu/pp18/truth.jsonl").read_text(encoding="utf-8")
    truth = {
        text.id: Counter((key.call, key.label, key.text) for key in text.clauses)
        for text in read_segmentation_gold(gold, "truth.jsonl")
    }
    _, wrc, wrc_files = extracted(data / "itu/wrc")
    right = sum(work == f"wrc/res/{int(stem.split('-')[-1])}" for stem, work in wrc.items())
    word, _, _ = extracted(data / "itu/pp18/docx")
    pdf, _, _ = extracted(data / "itu/pp18/pdf")
    laid_out = {p.stem.removeprefix("pp18-").replace("-", "_") for p in (data / "itu/pp18/pdf").glob("*.pdf")}
    commit = measured_commit()
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "pp18_word": clause_figures(word, truth, set(truth)),
        "pp18_pdf": clause_figures(pdf, truth, laid_out),
        "wrc_word": {"resolutions": wrc_files, "identifier_right": right},
    }
    (HERE / "extraction.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    (HERE / "extraction.md").write_text(as_markdown(result), encoding="utf-8")
    print((HERE / "extraction.md").read_text(encoding="utf-8"))


def as_markdown(result: dict[str, object]) -> str:
    """The result as a page."""
    lines = [
        "# Extraction",
        "",
        f"{result['date']}, commit {result['commit']}, {result['machine']}. Written by `benchmarks/extraction.py`.",
        "",
        "| input | instruments | of | clauses expected | found | equal | precision | recall | F1 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for key, name in (("pp18_word", "PP-18, Word"), ("pp18_pdf", "PP-18, six single PDFs")):
        f = result[key]
        assert isinstance(f, dict)
        cells = (
            f[k]
            for k in ("instruments", "instruments_expected", "expected", "found", "equal", "precision", "recall", "f1")
        )
        lines.append(f"| {name} | " + " | ".join(str(c) for c in cells) + " |")
    wrc = result["wrc_word"]
    assert isinstance(wrc, dict)
    lines += [
        "",
        f"WRC, Word: {wrc['identifier_right']} of {wrc['resolutions']} resolutions with the right identifier.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
