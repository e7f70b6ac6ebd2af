"""How exactly clauses are extracted: real texts laid out as Word and PDF against what was laid out.

``python benchmarks/extraction.py DATA`` reads ``DATA/itu/pp18`` (``docx``, ``pdf``, ``truth.jsonl``) and
``DATA/itu/wrc`` and writes ``benchmarks/extraction.json`` and ``.md``. A clause counts when call, label and text are
equal after white-space folding.
"""

import argparse
import json
import os
import platform
import subprocess
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from pipeline.domain import Body, Document, Resolution, fold_space
from pipeline.ingest import find_files, read_file, relative_name
from pipeline.segment import segment_document

HERE = Path(__file__).resolve().parent
Key = tuple[str, str, str]


def extracted(folder: Path) -> dict[str, tuple[Resolution, str]]:
    """Resolutions below a folder by ``type_number``, each with the name of its file."""
    found = {}
    for path in find_files(folder):
        document = read_file(path, relative_name(path, folder))
        if isinstance(document, Document):
            for resolution in segment_document(document):
                found[f"{resolution.id.type.value}_{resolution.id.number}"] = (resolution, path.stem)
    return found


def clause_figures(found: dict[str, tuple[Resolution, str]], truth: dict[str, Counter[Key]]) -> dict[str, float]:
    """Equal, expected and found clauses, and precision, recall and F1 in [0, 1]."""
    equal = expected = got = 0
    for name, (resolution, _) in found.items():
        clauses = Counter((fold_space(c.call), fold_space(c.label), c.text) for c in resolution.clauses)
        wanted = truth.get(name, Counter())
        equal += (clauses & wanted).total()
        expected += wanted.total()
        got += clauses.total()
    precision, recall = equal / max(1, got), equal / max(1, expected)
    f1 = 2 * equal / max(1, got + expected)
    return {
        "instruments": len(found),
        "equal": equal,
        "expected": expected,
        "found": got,
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(f1, 4),
    }


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of the reference data")
    data: Path = parser.parse_args().data
    truth: dict[str, Counter[Key]] = {}
    for line in (data / "itu/pp18/truth.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        truth[row["id"]] = Counter(
            (fold_space(c["call"]), fold_space(c["label"]), fold_space(c["text"])) for c in row["clauses"]
        )
    wrc = extracted(data / "itu/wrc")
    right = sum(r.body is Body.WRC and r.id.number == str(int(stem.split("-")[-1])) for r, stem in wrc.values())
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True, check=True
    )
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit.stdout.strip(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "pp18_word": clause_figures(extracted(data / "itu/pp18/docx"), truth),
        "pp18_pdf": clause_figures(extracted(data / "itu/pp18/pdf"), truth),
        "wrc_word": {"resolutions": len(wrc), "identifier_right": right},
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
        "| input | instruments | clauses expected | found | equal | precision | recall | F1 |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for key, name in (("pp18_word", "PP-18, Word"), ("pp18_pdf", "PP-18, six single PDFs")):
        f = result[key]
        assert isinstance(f, dict)
        cells = (f[k] for k in ("instruments", "expected", "found", "equal", "precision", "recall", "f1"))
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
