"""How long it takes to check a draft of 20 paragraphs against 100,000 clauses, as a fresh process and in a running app.

``python benchmarks/check.py DATA`` turns ``DATA/un/resolutions.jsonl.xz`` into texts and writes
``benchmarks/check.json`` and ``.md``. Each draft is made of paragraphs of another text that the index does not hold. A
fresh process starts Python, imports, opens the index and the encoder, reads a draft from a file, encodes and searches
it; a running app has all but the draft already. It is asked one draft after another, each once, so that what it keeps
of one cannot answer the next but where both have counterparts in common.

The vectors of existing clauses and of drafts are the model's; they are made once (encoding 100,000 clauses takes some
ten minutes) and kept in ``--cache``, where ``speed.py`` finds them too. No match of this run means anything.
"""

import argparse
import json
import os
import pickle
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tree import measured_commit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.domain import Resolution

    # What is pasted, the same as a text, and the vectors of its mandates with the row of each.
    Draft = tuple[str, Resolution, NDArray[np.float32], dict[str, int]]

HERE = Path(__file__).resolve().parent
SIZES = (10_000, 100_000)
PARAGRAPHS = 20
DRAFTS = 6  # one for the fresh process, the others for the running app


def folder_of(cache: Path, size: int) -> Path:
    """Where the index and the drafts of a size are kept: an index of other code is never taken for one of this."""
    from pipeline.store.kept import code_digest

    return cache / f"{size}-{code_digest()[:12]}"


def prepare(data: Path, cache: Path, size: int) -> None:
    """The index of so many clauses, and the drafts, made once and kept in ``cache``."""
    from speed import prepare as prepare_texts

    from pipeline.match.draft import build_draft_index
    from pipeline.store.draft_index import write_index

    kept = folder_of(cache, size)
    if (kept / "drafts.pickle").is_file():
        return
    kept.mkdir(parents=True, exist_ok=True)
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
    began = time.perf_counter()
    write_index(kept / "index", build_draft_index(texts, vectors, rows))
    facts = {"made": round(time.perf_counter() - began, 1), "clauses": clauses, "texts": len(texts)}
    (kept / "made.json").write_text(json.dumps(facts))
    drafts = [held for text in left if (held := draft_of(text, vectors, rows)) is not None][:DRAFTS]
    if len(drafts) < DRAFTS:
        raise SystemExit(f"only {len(drafts)} texts beside {size} clauses have {PARAGRAPHS} paragraphs for a draft")
    (kept / "drafts.pickle").write_bytes(pickle.dumps(drafts))


def draft_of(text: "Resolution", vectors: "NDArray[np.float32]", rows: dict[str, int]) -> "Draft | None":
    """Paragraphs of a text as they would be pasted, as a text, and their vectors; None where it has too few."""
    chosen = [clause for clause in text.clauses if len(clause.text) > 120][:PARAGRAPHS]
    if len(chosen) < PARAGRAPHS:
        return None
    held = replace(text, sections=(replace(text.sections[0], clauses=tuple(chosen)),))
    own = vectors[[rows[clause.id] for clause in chosen]]
    return "\n\n".join(clause.text for clause in chosen), held, own, {c.id: i for i, c in enumerate(chosen)}


def measure(cache: Path, size: int, *, once: bool = False) -> dict[str, Any]:
    """Seconds of each step in this process, from its imports on, and of later drafts unless ``once``."""
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
    kept = folder_of(cache, size)
    index = read_index(kept / "index")
    mark("index opened")
    encoder = load_encoder(cache)
    mark("encoder opened")
    drafts = pickle.loads((kept / "drafts.pickle").read_bytes())

    def answered(draft: "Draft") -> dict[str, Any]:
        nonlocal last
        last, work = time.perf_counter(), time.process_time()
        start = last
        pasted, held, vectors, rows = draft
        document = read_draft(pasted.encode(), "draft.txt")
        mark("draft read")
        texts = segment_draft(document).texts  # type: ignore[arg-type]
        encoder.encode([passage.text for passage in passages(texts)])
        mark("draft encoded")
        found = check_draft(index, [held], vectors, rows)
        mark("searched")
        seconds = {"seconds": round(time.perf_counter() - start, 3), "processor": round(time.process_time() - work, 3)}
        counts = {"promising": sum(c.promising for c in found), "aligned": sum(c.aligned for c in found)}
        steps = {name: marks[name] for name in ("draft read", "draft encoded", "searched")}
        return {**seconds, **counts, "words": len(pasted.split()), "steps": steps}

    first = answered(drafts[0])
    fresh = dict(marks)
    total, processor = round(time.perf_counter() - began, 3), round(time.process_time(), 3)
    if once:
        return {"total": total}
    encoder.prepare()
    mark("encoder made ready for all lengths")
    ready = marks["encoder made ready for all lengths"]
    return {
        "total": total,
        "processor": processor,
        "fresh": fresh,
        "first": first,
        "ready": ready,
        "next": [answered(draft) for draft in drafts[1:]],
    }


def table(facts: dict[str, Any]) -> str:
    """The report."""
    lines = [
        "# Checking a draft",
        "",
        f"{facts['date']}, commit {facts['commit']}, {facts['machine']}. Command: `{facts['command']}`.",
        "",
        (
            f"Drafts of {PARAGRAPHS} paragraphs against the first clauses of the texts of the United Nations. Seconds "
            f"of the clock: a fresh process from its start to its end, with one draft; then {DRAFTS - 1} other drafts, "
            "each asked once of the same process, which has index and encoder open but has not met them: the median, "
            "the least and the most. Wanted: 10 and 1 against 100,000 clauses. In brackets the seconds of the "
            "processors, which other programs on the machine change less. The files of the index and the model were "
            "read once before, so that the system may have them in memory. Promising clauses are those that could have "
            "been worth telling, aligned pairs those compared word by word; both are medians of the other drafts. Each "
            "of these is told below. The fresh process is timed from outside, Python's own start included. The "
            "encoder makes itself ready for paragraphs of a length when it first meets that length; a running app "
            "does so for all lengths beside its first questions, which took "
            f"{max(row['ready'] for row in facts['sizes']):.1f} s here."
        ),
        "",
        (
            "| clauses | fresh process | its draft alone | running app, median | least to most | "
            "of the median: read, encode, search | promising | aligned | index made once |"
        ),
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in facts["sizes"]:
        first, asked = row["first"], sorted(row["next"], key=lambda one: one["seconds"])
        middle = asked[len(asked) // 2]
        worked = statistics.median(one["processor"] for one in asked)
        promising, aligned = (int(statistics.median(one[name] for one in asked)) for name in ("promising", "aligned"))
        cells = (
            f"{row['clauses']:,}",
            f"{row['process']} ({row['processor']})",
            f"{first['seconds']} ({first['processor']})",
            f"{middle['seconds']} ({worked})",
            f"{asked[0]['seconds']} to {asked[-1]['seconds']}",
            ", ".join(str(seconds) for seconds in middle["steps"].values()),
            f"{promising:,}",
            f"{aligned:,}",
            str(row["made"]),
        )
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "| clauses | words of the draft | seconds | of it: read, encode, search |", "|---|---|---|---|"]
    lines += [
        f"| {row['clauses']:,} | {one['words']:,} | {one['seconds']} ({one['processor']}) | "
        f"{', '.join(str(seconds) for seconds in one['steps'].values())} |"
        for row in facts["sizes"]
        for one in row["next"]
    ]
    lines += ["", f"Load of the machine while it was measured: {facts['load']}.", ""]
    return "\n".join(lines)


def main() -> None:
    """Measure all sizes, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--cache", type=Path, default=Path("/tmp/overlap-check"))
    parser.add_argument("--sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--measure", type=int, help="measure one size in this process and print it")
    parser.add_argument("--once", action="store_true", help="with one draft alone, to be timed from outside")
    options = parser.parse_args()
    options.cache.mkdir(parents=True, exist_ok=True)
    if options.measure:
        print(json.dumps(measure(options.cache, options.measure, once=options.once)))
        return
    sizes = []
    for size in options.sizes:
        prepare(options.data, options.cache, size)
        own = [sys.executable, __file__, str(options.data), "--cache", str(options.cache), "--measure", str(size)]
        subprocess.run(own, check=True, capture_output=True)  # files come into memory, the encoder is exported
        began = time.perf_counter()
        subprocess.run([*own, "--once"], check=True, capture_output=True)
        process = time.perf_counter() - began
        row = json.loads(subprocess.run(own, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
        made = json.loads((folder_of(options.cache, size) / "made.json").read_text())
        sizes.append({**made, **row, "process": round(process, 2)})
    commit = measured_commit()
    facts = {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "machine": f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}",
        "command": "python benchmarks/check.py DATA",
        "load": ", ".join(f"{load:.1f}" for load in os.getloadavg()),
        "sizes": sizes,
    }
    (HERE / "check.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    (HERE / "check.md").write_text(table(facts), encoding="utf-8")
    print(table(facts))


if __name__ == "__main__":
    main()
