"""How long it takes to check a draft of 20 paragraphs against 100,000 clauses, as a fresh process and in a running app.

``python benchmarks/check.py DATA`` turns ``DATA/un/resolutions.jsonl.xz`` into texts and writes
``benchmarks/check.json`` and ``.md``. The draft is made of paragraphs of texts that the index does not hold. A fresh
process starts Python, imports, opens the index and the encoder, reads the draft from a file, encodes and searches it; a
running app has all but the draft already.

The vectors of the existing clauses are latent semantic ones (see ``matching.py``), for encoding 100,000 clauses takes
longer than all else; the 20 paragraphs are encoded by the model in every measurement, and searched with their latent
semantic vectors, so that search meets as many near clauses as it would. No match of this run means anything.
"""

import argparse
import json
import os
import pickle
import platform
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SIZES = (10_000, 100_000)
PARAGRAPHS = 20
REPEATS = 5


def prepare(data: Path, cache: Path, size: int) -> None:
    """The index of so many clauses, and the draft, made once and kept in ``cache``."""
    import numpy as np
    from matching import prepare as prepare_texts

    from pipeline.match.draft import build_draft_index
    from pipeline.store.draft_index import write_index

    if (cache / f"index-{size}" / "facts.json").is_file():
        return
    prepare_texts(data, cache)
    texts, clauses, left = [], 0, []
    for text in pickle.loads((cache / "un_texts.pickle").read_bytes()):
        count = sum(1 for _ in text.clauses)
        if clauses + count <= size:
            clauses += count
            texts.append(text)
        else:
            left.append(text)
    vectors, rows = pickle.loads((cache / "un_vectors.pickle").read_bytes())
    draft, texts = (left[0] if left else texts[-1]), texts if left else texts[:-1]
    while sum(1 for _ in draft.clauses) < PARAGRAPHS:
        *texts, more = texts
        draft = replace(draft, sections=(*draft.sections, *more.sections))
    chosen = [clause for clause in draft.clauses if len(clause.text) > 120][:PARAGRAPHS]
    section = replace(draft.sections[0], clauses=tuple(chosen))
    began = time.perf_counter()
    write_index(cache / f"index-{size}", build_draft_index(texts, vectors, rows))
    facts = {"seconds": round(time.perf_counter() - began, 1), "clauses": clauses, "texts": len(texts)}
    (cache / f"index-{size}.json").write_text(json.dumps(facts))
    own = np.array([vectors[rows[clause.id]] for clause in chosen])
    held = (replace(draft, sections=(section,)), own, {clause.id: i for i, clause in enumerate(chosen)})
    (cache / f"draft-{size}.pickle").write_bytes(pickle.dumps(held))
    (cache / f"draft-{size}.txt").write_text("\n\n".join(clause.text for clause in chosen), encoding="utf-8")


def measure(cache: Path, size: int) -> dict[str, Any]:
    """Seconds of each step in this process, from its imports on, and of the same again."""
    marks: dict[str, float] = {}
    began = last = time.perf_counter()

    def mark(name: str) -> None:
        nonlocal last
        marks[name] = round(time.perf_counter() - last, 3)
        last = time.perf_counter()

    from flows.cli.imports import import_spacy

    import_spacy()
    from pipeline.embed import load_encoder, passages
    from pipeline.ingest.drafts import read_draft
    from pipeline.match.draft import check_draft
    from pipeline.segment.drafts import segment_draft
    from pipeline.store.draft_index import read_index

    mark("imports")
    index = read_index(cache / f"index-{size}")
    mark("index opened")
    encoder = load_encoder(cache)
    mark("encoder opened")
    held, vectors, rows = pickle.loads((cache / f"draft-{size}.pickle").read_bytes())

    def whole() -> int:
        document = read_draft((cache / f"draft-{size}.txt").read_bytes(), "draft.txt")
        mark("draft read")
        texts = segment_draft(document).texts  # type: ignore[arg-type]
        encoder.encode([passage.text for passage in passages(texts)])
        mark("draft encoded")
        found = check_draft(index, [held], vectors, rows)
        mark("searched")
        return sum(one.aligned for one in found)

    last = time.perf_counter()
    aligned = whole()
    fresh = dict(marks)
    total = round(time.perf_counter() - began, 3)
    processor = round(time.process_time(), 3)
    warm, worked = [], []
    for _ in range(REPEATS):
        start, start_work = time.perf_counter(), time.process_time()
        whole()
        warm.append(round(time.perf_counter() - start, 3))
        worked.append(round(time.process_time() - start_work, 3))
    own = {"processor": processor, "warm_processor": min(worked)}
    return own | {
        "fresh": fresh,
        "total": total,
        "warm": min(warm),
        "warm_all": warm,
        "warm_steps": marks,
        "aligned": aligned,
    }


def table(facts: dict[str, Any]) -> str:
    """The report."""
    lines = [
        "# Checking a draft",
        "",
        f"{facts['date']}, commit {facts['commit']}, {facts['machine']}. Command: `{facts['command']}`.",
        "",
        (
            f"A draft of {PARAGRAPHS} paragraphs against the first clauses of the texts of the United Nations. Seconds "
            "of the clock: a fresh process from its start to its end, and the same question to a process that has "
            f"index and encoder open (best of {REPEATS}). Wanted: 10 and 1 against 100,000 clauses. In brackets the "
            "seconds of the processors, which other programs on the machine change less."
        ),
        "",
        "| clauses | fresh process | running app | of it: read, encode, search | aligned pairs | index made once |",
        "|---|---|---|---|---|---|",
    ]
    for row in facts["sizes"]:
        steps = row["warm_steps"]
        inner = f"{steps['draft read']}, {steps['draft encoded']}, {steps['searched']}"
        fresh, again = f"{row['process']} ({row['processor']})", f"{row['warm']} ({row['warm_processor']})"
        lines.append(f"| {row['clauses']:,} | {fresh} | {again} | {inner} | {row['aligned']:,} | {row['made']} |")
    lines += ["", f"Load of the machine while it was measured: {facts['load']}.", ""]
    return "\n".join(lines)


def main() -> None:
    """Measure all sizes, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--cache", type=Path, default=Path("/tmp/overlap-check"))
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--measure", type=int, help="measure one size in this process and print it")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    if options.measure:
        print(json.dumps(measure(options.cache, options.measure)))
        return
    sizes = []
    for size in options.sizes:
        prepare(options.data, options.cache, size)
        own = [sys.executable, __file__, str(options.data), "--cache", str(options.cache), "--measure", str(size)]
        subprocess.run(own, check=True, capture_output=True)  # files come into memory, the encoder is exported
        row = json.loads(subprocess.run(own, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
        made = json.loads((options.cache / f"index-{size}.json").read_text())
        start_up = 0.1  # of Python itself, before the clock of ``measure`` begins
        sizes.append({**row, "process": round(row["total"] + start_up, 2), "made": made["seconds"], **made})
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=HERE)
    facts = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit.stdout.strip(),
        "machine": f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}",
        "command": f"python benchmarks/check.py {options.data}",
        "load": ", ".join(f"{load:.1f}" for load in os.getloadavg()),
        "sizes": sizes,
    }
    (HERE / "check.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    (HERE / "check.md").write_text(table(facts), encoding="utf-8")
    print(table(facts))


if __name__ == "__main__":
    main()
