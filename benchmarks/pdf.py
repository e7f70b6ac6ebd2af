"""How fast and how exactly PDF files are read: the PP-18 Final Acts as one volume of 300 pages, and six single texts.

``python benchmarks/pdf.py DATA`` reads ``DATA/itu/pp18`` (``pp18-final-acts.pdf``, ``pdf``, ``truth.jsonl``) and writes
``benchmarks/pdf.json`` and ``.md``. Speed: structured extraction and plain ``pdfplumber.extract_text`` run in turns on
the same file in one process; the best round of each counts, in seconds of the clock and of the processor. A clause
counts when part, call, label and text are equal after white-space folding.

The truth keeps some calls inside the item before them, as its source does. Splitting them off is what the product
does and costs equality, so both figures are given.
"""

import argparse
import gc
import json
import os
import platform
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import pdfplumber
import pypdfium2
from tree import measured_commit

from pipeline.domain import Document, Resolution, boxes_of
from pipeline.evaluate import ClauseKey, Score, clause_keys, read_segmentation_gold
from pipeline.ingest.layout import Source
from pipeline.ingest.pdf import read_pdf
from pipeline.segment import segment_document

HERE = Path(__file__).resolve().parent
REMARKS = (
    "The truth keeps some calls inside the item before them, as the source of its texts does. The product splits them",
    "off, which is right and costs equality; the second line of each input shows the reading alone.",
)


def plain_text(path: Path) -> int:
    """Characters that plain pdfplumber finds in a file."""
    with pdfplumber.open(path) as pdf:
        count = 0
        for page in pdf.pages:
            count += len(page.extract_text())
            page.close()
        return count


def structured(path: Path) -> int:
    """Blocks that structured extraction makes of a file."""
    return len(read_pdf(Source.of(path, path.name)).blocks)


def timed(work: Callable[[Path], int], path: Path) -> tuple[float, float]:
    """Seconds of the clock and of the processor."""
    gc.collect()
    clock, processor = time.perf_counter(), time.process_time()
    work(path)
    return time.perf_counter() - clock, time.process_time() - processor


def speed(path: Path, rounds: int) -> dict[str, float]:
    """Best seconds of both ways to read one file, pages a second, and how many times faster ours is."""
    with pypdfium2.PdfDocument(path) as pdf:
        pages = len(pdf)
    ours, plain = [], []
    for _ in range(rounds):
        plain.append(timed(plain_text, path))
        ours.append(timed(structured, path))
    (our_clock, our_cpu), (plain_clock, plain_cpu) = (
        [min(t[i] for t in times) for i in (0, 1)] for times in (ours, plain)
    )
    return {
        "pages": pages,
        "rounds": rounds,
        "structured_seconds": round(our_clock, 2),
        "structured_cpu_seconds": round(our_cpu, 2),
        "structured_pages_a_second": round(pages / our_clock, 1),
        "plain_pdfplumber_seconds": round(plain_clock, 2),
        "plain_pdfplumber_cpu_seconds": round(plain_cpu, 2),
        "plain_pdfplumber_pages_a_second": round(pages / plain_clock, 1),
        "times_faster": round(plain_clock / our_clock, 1),
        "times_faster_cpu": round(plain_cpu / our_cpu, 1),
    }


def read_truth(path: Path) -> dict[str, Counter[ClauseKey]]:
    """Clauses by identifier, such as ``pp/res/25@2018``; the numbers as printed tell the year."""
    text = path.read_text(encoding="utf-8")
    numbers = {row["id"]: row["num"] for row in map(json.loads, text.splitlines())}
    truth = {}
    for gold in read_segmentation_gold(text, path.name):
        kind, number = gold.id.split("_")
        truth[f"pp/{kind}/{number}@{re.findall(r'[0-9]{4}', numbers[gold.id])[-1]}"] = Counter(gold.clauses)
    return truth


def figures(
    documents: Sequence[Document], truth: dict[str, Counter[ClauseKey]], wanted: Sequence[str]
) -> dict[str, float]:
    """Instruments and clauses found, and how many of them are equal to the truth."""
    found: dict[str, Resolution] = {str(r.id): r for document in documents for r in segment_document(document)}
    by_id = {document.id: document for document in documents}
    equal = got = boxed = 0
    for identifier, resolution in found.items():
        clauses = Counter(clause_keys(resolution))
        equal += (clauses & truth.get(identifier, Counter())).total()
        got += clauses.total()
        document = by_id[resolution.document_id]
        boxed += sum(1 for c in resolution.clauses if (boxes := boxes_of(document, c.span)) and boxes[0].page == c.page)
    expected = sum(truth[identifier].total() for identifier in wanted)
    score = Score(expected, got, equal)
    return {
        "instruments_expected": len(wanted),
        "identifiers_exact": len(set(found) & set(wanted)),
        "identifiers_wrong": len(set(found) - set(wanted)),
        "clauses_expected": expected,
        "clauses_found": got,
        "clauses_equal": equal,
        "clauses_with_page_and_boxes": boxed,
        "precision": round(score.precision, 4),
        "recall": round(score.recall, 4),
        "f1": round(score.f1, 4),
    }


def exactness(
    files: Sequence[Path], truth: dict[str, Counter[ClauseKey]], wanted: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Figures with the product's split of swallowed calls, and without it."""
    documents = [read_pdf(Source.of(path, path.name)) for path in files]
    result = {"as_the_product_reads": figures(documents, truth, wanted)}
    with patch("pipeline.segment.clauses.split_swallowed_call", return_value=None):
        result["without_splitting_swallowed_calls"] = figures(documents, truth, wanted)
    return result


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of the reference data")
    parser.add_argument("--rounds", type=int, default=2, help="rounds of the speed test")
    arguments = parser.parse_args()
    folder: Path = arguments.data / "itu/pp18"
    volume = folder / "pp18-final-acts.pdf"
    truth = read_truth(folder / "truth.jsonl")
    singles = sorted((folder / "pdf").glob("*.pdf"))
    numbers = {path.stem.split("-")[-1] for path in singles}
    chosen = [identifier for identifier in truth if re.split("[/@]", identifier)[1:3] in [["res", n] for n in numbers]]
    commit = measured_commit()
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"pdfplumber {pdfplumber.__version__}, pypdfium2 {pypdfium2.PYPDFIUM_INFO}",
        "speed": speed(volume, arguments.rounds),
        "volume": exactness([volume], truth, list(truth)),
        "single_texts": exactness(singles, truth, chosen),
    }
    (HERE / "pdf.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    (HERE / "pdf.md").write_text(as_markdown(result), encoding="utf-8")
    print((HERE / "pdf.md").read_text(encoding="utf-8"))


def as_markdown(result: dict[str, object]) -> str:
    """The result as a page."""
    s = result["speed"]
    assert isinstance(s, dict)
    lines = [
        "# PDF",
        "",
        f"{result['date']}, commit {result['commit']}, {result['machine']}. Written by `benchmarks/pdf.py`.",
        "",
        f"## Speed: {s['pages']} pages, best of {s['rounds']} rounds in turns",
        "",
        "| | seconds | processor seconds | pages a second |",
        "|---|---|---|---|",
        _speed_row("structured extraction", s, "structured"),
        _speed_row("plain `pdfplumber.extract_text`", s, "plain_pdfplumber"),
        f"| times faster | {s['times_faster']} | {s['times_faster_cpu']} | |",
        "",
        "## Exactness",
        "",
        "| input | identifiers exact | clauses expected | found | equal | with boxes | precision | recall | F1 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    names = {"volume": "Final Acts, one PDF", "single_texts": "single PDFs"}
    kinds = {"as_the_product_reads": "", "without_splitting_swallowed_calls": ", calls left inside items"}
    for key, name in names.items():
        both = result[key]
        assert isinstance(both, dict)
        for kind, remark in kinds.items():
            f = both[kind]
            counts = ("clauses_expected", "clauses_found", "clauses_equal", "clauses_with_page_and_boxes")
            cells = [f"{f['identifiers_exact']} of {f['instruments_expected']}"]
            cells += [str(f[k]) for k in (*counts, "precision", "recall", "f1")]
            lines.append(f"| {name}{remark} | " + " | ".join(cells) + " |")
    lines += ["", *REMARKS, ""]
    return "\n".join(lines)


def _speed_row(name: str, figures_of_speed: dict[str, float], key: str) -> str:
    cells = (figures_of_speed[f"{key}_{k}"] for k in ("seconds", "cpu_seconds", "pages_a_second"))
    return f"| {name} | " + " | ".join(str(cell) for cell in cells) + " |"


if __name__ == "__main__":
    main()
