"""How exactly the public Akoma Ntoso conversion of the PP-18 Final Acts is read.

``python benchmarks/akn.py DATA`` reads ``DATA/itu/pp18/pp18-final-acts.akn.xml`` and ``truth.jsonl`` and writes
``benchmarks/akn.json`` and ``.md``. A clause counts when part, call, label and text are equal after white-space
folding. The truth was itself taken from this conversion and keeps some of its faults; how many is counted here too.
"""

import argparse
import json
import os
import platform
import re
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tree import measured_commit

from pipeline.domain import Resolution
from pipeline.evaluate import ClauseKey, Score, clause_keys, read_segmentation_gold
from pipeline.ingest.akn import read_akn
from pipeline.ingest.layout import Source
from pipeline.segment import segment_document

HERE = Path(__file__).resolve().parent
# What a clause of the truth still holds that belongs to another: patterns of their own, not the product's.
LEFTOVERS = {
    "a call line in its midst or at its end": re.compile(
        r"[,;.] (?:(?:further|also) )?(?:instructs|invites|requests|urges|encourages|calls upon|resolves to|"
        r"having noted|highlighting)(?: [^.;:]{3,200})?(?: to\b|$)"
    ),
    "the next label": re.compile(r"; (?:1\d|[2-9]|[b-h]\)|[ivx]{2,4}\)) (?:to|that|the)\b"),
    "an annex": re.compile(r"[.,;] ANNEX(?: \d)? TO "),
}


def read(path: Path, thorough: bool) -> dict[str, Resolution]:
    """Texts of the conversion by ``type_number``."""
    document = read_akn(Source.of(path, path.name), thorough)
    return {f"{r.id.type.value}_{r.id.number}": r for r in segment_document(document)}


def figures(found: dict[str, Resolution], truth: dict[str, Sequence[ClauseKey]], with_part: bool) -> dict[str, Any]:
    """Equal, expected and found clauses of the texts that the truth holds, precision, recall and F1 in [0, 1]."""
    score = Score(0, 0, 0)
    for name, clauses in truth.items():
        here = Counter(map(comparable(with_part), clause_keys(found[name]) if name in found else ()))
        there = Counter(map(comparable(with_part), clauses))
        score += Score(there.total(), here.total(), (here & there).total())
    return {
        "expected": score.expected,
        "found": score.found,
        "equal": score.equal,
        "precision": round(score.precision, 4),
        "recall": round(score.recall, 4),
        "f1": round(score.f1, 4),
    }


def comparable(with_part: bool) -> Callable[[ClauseKey], ClauseKey]:
    """What must be equal."""
    return lambda key: key if with_part else key._replace(part="")


def words_kept(found: dict[str, Resolution], truth: dict[str, Sequence[ClauseKey]]) -> int:
    """Clauses of the truth whose words stand unbroken in the reading, cut into clauses of its own or not."""
    kept = 0
    for name, rows in truth.items():
        sections = found[name].sections if name in found else ()
        whole = letters(" ".join(f"{s.call} " + " ".join(f"{c.label} {c.text}" for c in s.clauses) for s in sections))
        kept += sum(letters(row.text) in whole for row in rows)
    return kept


def letters(text: str) -> str:
    """Letters and digits only."""
    return "".join(c for c in text.casefold() if c.isalnum())


def leftovers(truth: dict[str, Sequence[ClauseKey]]) -> dict[str, int]:
    """How many clauses of the truth hold what belongs to another, by kind; and any of them."""
    texts = [row.text for rows in truth.values() for row in rows]
    counts = {name: sum(bool(p.search(t)) for t in texts) for name, p in LEFTOVERS.items()}
    return counts | {"any": sum(any(p.search(t) for p in LEFTOVERS.values()) for t in texts)}


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of the reference data")
    folder: Path = parser.parse_args().data / "itu" / "pp18"
    gold = (folder / "truth.jsonl").read_text(encoding="utf-8")
    truth = {text.id: text.clauses for text in read_segmentation_gold(gold, "truth.jsonl")}
    commit = measured_commit()
    result: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "leftover_faults_in_truth": leftovers(truth),
    }
    for name, thorough in (("ordinary", False), ("thorough", True)):
        found = read(folder / "pp18-final-acts.akn.xml", thorough)
        result[name] = {
            "instruments": len(set(found) & set(truth)),
            "with_part": figures(found, truth, with_part=True),
            "part_ignored": figures(found, truth, with_part=False),
            "words_kept": words_kept(found, truth),
        }
    (HERE / "akn.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    (HERE / "akn.md").write_text(as_markdown(result), encoding="utf-8")
    print((HERE / "akn.md").read_text(encoding="utf-8"))


def as_markdown(result: dict[str, Any]) -> str:
    """The result as a page."""
    lines = [
        "# Akoma Ntoso: the public conversion of PP-18",
        "",
        f"{result['date']}, commit {result['commit']}, {result['machine']}. Written by `benchmarks/akn.py`.",
        "",
        "| reading | texts | expected | found | equal | precision | recall | F1 | F1, part ignored | words kept |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name in ("ordinary", "thorough"):
        row = result[name]
        exact: Sequence[Any] = [
            row["with_part"][k] for k in ("expected", "found", "equal", "precision", "recall", "f1")
        ]
        cells = [name, row["instruments"], *exact, row["part_ignored"]["f1"], row["words_kept"]]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    faults = result["leftover_faults_in_truth"]
    told = ", ".join(f"{count} hold {name}" for name, count in faults.items() if name != "any")
    lines += [
        "",
        "*Ordinary* is what `overlap run` and `overlap extract` do: calls that end an item and footnotes inside it are",
        "mended, a call in the midst of an item is told in a notice. *Thorough* also cuts calls, labels and annexes",
        "out of the middle of items. The truth was taken from the same conversion and keeps part of its faults: of its",
        f"clauses {told}",
        f"({faults['any']} in all, estimated by plain patterns). A right repair of those counts as an error here, so",
        "thorough reading scores lower although it is nearer to the printed text. *Words kept* counts the expected",
        "clauses whose words stand unbroken in the reading, however it is cut.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
