"""How fast a run is: cold, unchanged, with one changed document; how time and memory grow; the same work by others.

``python benchmarks/speed.py DATA --work FOLDER`` takes the paragraphs of ``DATA/un/resolutions.jsonl.xz`` and writes
``benchmarks/speed.json`` and ``.md``. Texts and vectors of the model are made once and kept in ``FOLDER`` (encoding
100,000 paragraphs takes some ten minutes). Three parts, all by default:

* ``corpus``: the paragraphs as files in the exchange form, with invented identifiers of bodies of the Union, run cold,
  again, and after one paragraph of one file has changed. Each run is a process of its own; seconds count from the
  first stage to the published run, without the start of the process.
* ``curve``: everything after embedding for 1,000 to 100,000 clauses, see ``matching.py``; vectors of the model.
* ``peers``: on the same texts and vectors, one after the other: paraphrase mining and community detection of
  sentence-transformers, semhash, rensa, and ours, which also aligns, relates, compares and ranks.

Ratios are taken within one run of this program; with other work on the machine seconds of the clock are too many.
"""

import argparse
import json
import os
import pickle
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import matching
from memory import PeakMemory
from tree import measured_commit
from un_texts import un_texts

from pipeline.embed import embed_passages, load_encoder, passages
from pipeline.store.embeddings import vector_cache

HERE = Path(__file__).resolve().parent
PARTS = ("corpus", "curve", "peers")
PEERS = ("ours", "sentence-transformers", "semhash", "rensa")
SIZES = (1_000, 10_000, 50_000, 100_000)
BODIES = ("pp", "council", "wtsa", "wtdc", "ra")
CHANGE = ("shall", "shall without delay")


def prepare(data: Path, work: Path) -> None:
    """The texts, and the model's vectors of them, under the names that ``matching`` looks for."""
    texts, vectors = work / "un_texts.pickle", work / "un_vectors.pickle"
    if not texts.is_file():
        made = un_texts(data / "un" / "resolutions.jsonl.xz", 10**9)
        texts.write_bytes(pickle.dumps(made, protocol=pickle.HIGHEST_PROTOCOL))
    if not vectors.is_file():
        held = passages(pickle.loads(texts.read_bytes()))
        encoder = load_encoder(work, print)
        cache = vector_cache(work, encoder.digest)
        made = embed_passages(held, lambda: encoder, cache, encoder.dimension, lambda done, of: print(done, "of", of))
        vectors.write_bytes(pickle.dumps((made.vectors, made.rows), protocol=pickle.HIGHEST_PROTOCOL))


def chosen(work: Path, size: int) -> list[Any]:
    """The first texts that together hold at most so many clauses, as ``matching`` chooses them."""
    out, clauses = [], 0
    for text in pickle.loads((work / "un_texts.pickle").read_bytes()):
        count = sum(1 for _ in text.clauses)
        if clauses + count <= size:
            clauses += count
            out.append(text)
    return out


def write_corpus(work: Path, size: int) -> Path:
    """A file in the exchange form for each text; organs stand for bodies of the Union, numbers are invented."""
    corpus = work / f"corpus-{size}"
    if corpus.is_dir():
        return corpus
    corpus.mkdir()
    for number, text in enumerate(chosen(work, size), 1001):
        body = BODIES[number % len(BODIES)]
        clauses = [{"label": str(i), "text": clause.text} for i, clause in enumerate(text.clauses, 1)]
        section = {"call": "decides", "part": "operative", "clauses": clauses}
        value = {"id": f"{body}/res/{number}@2024", "title": text.title, "language": "en", "sections": [section]}
        (corpus / f"{number}.jsonl").write_text(json.dumps(value, ensure_ascii=False) + "\n", encoding="utf-8")
    return corpus


def road(corpus: Path, out: Path) -> dict[str, Any]:
    """One run in this process, without Prefect: seconds of the stages and in all, and peak memory."""
    from flows import stages
    from flows.spec import RunSpec

    stages.load_stages()
    spec = RunSpec(str(corpus), str(out), "2026-11-23")
    processor, began = time.process_time(), time.perf_counter()
    with PeakMemory() as memory:
        run = stages.open_run(spec)
        documents = stages.ingest(run, spec)
        resolutions = stages.segment(run, documents)
        embeddings = stages.embed(run, resolutions, spec)
        overlaps = stages.match(run, resolutions, embeddings)
        pairs = stages.compare(run, resolutions, overlaps)
        clusters = stages.cluster(run, resolutions, overlaps)
        findings = stages.rank(run, resolutions, pairs, overlaps, clusters)
        outcomes = (documents, resolutions, embeddings, overlaps, pairs, clusters, findings)
        ready = time.perf_counter()
        published = stages.publish(run, spec, outcomes)
        ended = time.perf_counter()
    workers = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "seconds": round(ended - began, 2),
        "processor_seconds": round(time.process_time() - processor + workers.ru_utime + workers.ru_stime, 2),
        "mebibytes": memory.mebibytes,
        "stages": {**{o.stage: o.seconds for o in outcomes}, "publish": round(ended - ready, 2)},
        "counts": published.manifest.counts,
        "digest": published.manifest.findings_digest,
    }


def in_a_process(work: Path, *what: str) -> Any:  # noqa: ANN401  JSON
    """What this program prints when it is asked for one measurement."""
    # Not as a script: worker processes would import it again, and with it libraries that no run of the product loads.
    begin = f"import sys; sys.path.insert(0, {str(HERE)!r}); import speed; speed.main()"
    command = [sys.executable, "-c", begin, "-", "--work", str(work), "--one", *what]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE.parent)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def measure_corpus(work: Path, size: int) -> dict[str, Any]:
    """Cold, unchanged, one changed document, and that corpus by a run that knows nothing but the vectors."""
    corpus = write_corpus(work, size)
    out = work / f"out-{size}-{datetime.now(UTC):%H%M%S}"
    cold = in_a_process(work, "road", str(corpus), str(out))
    unchanged = in_a_process(work, "road", str(corpus), str(out))
    path = next(p for p in sorted(corpus.glob("*.jsonl")) if CHANGE[0] in p.read_text(encoding="utf-8"))
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text(before.replace(*CHANGE, 1), encoding="utf-8")
        changed = in_a_process(work, "road", str(corpus), str(out))
        anew = out.with_name(out.name + "-anew")
        (anew / "cache").mkdir(parents=True)
        for kept in ("embeddings", "models"):
            (anew / "cache" / kept).symlink_to(out / "cache" / kept)
        rebuilt = in_a_process(work, "road", str(corpus), str(anew))
    finally:
        path.write_text(before, encoding="utf-8")
    return {
        "clauses": cold["counts"]["clauses"],
        "documents": cold["counts"]["documents"],
        "cold": cold,
        "unchanged": unchanged,
        "changed": changed,
        "same_findings": changed["digest"] == rebuilt["digest"] and cold["digest"] == unchanged["digest"],
        "unchanged_share": round(unchanged["seconds"] / cold["seconds"], 4),
        "changed_more": round(changed["seconds"] - unchanged["seconds"], 2),
    }


def measure_peers(work: Path, size: int) -> dict[str, Any]:
    """All ways on the same clauses, each in a process of its own."""
    return {"ways": {name: in_a_process(work, "peer", name, str(size)) for name in PEERS}}


def peer(name: str, size: int, work: Path) -> dict[str, Any]:
    """One way to find the same in so many clauses: seconds, processor seconds, memory, and what came out."""
    if name == "ours":
        found = matching.road(size, work)
        kept = ("clauses", "seconds", "processor_seconds", "mebibytes")
        return {key: found[key] for key in kept} | {"found": f"{found['overlaps']} overlaps with evidence, in pairs"}
    texts = [clause.text for text in chosen(work, size) for clause in text.clauses]
    names = [clause.id for text in chosen(work, size) for clause in text.clauses]
    vectors, rows = pickle.loads((work / "un_vectors.pickle").read_bytes())
    matrix = vectors[[rows[name] for name in names]]
    work_of = {"sentence-transformers": _sentence_transformers, "semhash": _semhash, "rensa": _rensa}[name]
    processor, began = time.process_time(), time.perf_counter()
    with PeakMemory() as memory:
        told = work_of(texts, matrix)
    return {
        "clauses": len(texts),
        "seconds": round(time.perf_counter() - began, 1),
        "processor_seconds": round(time.process_time() - processor, 1),
        "mebibytes": memory.mebibytes,
        "found": told,
    }


def _sentence_transformers(texts: Sequence[str], matrix: Any) -> str:  # noqa: ANN401
    import torch
    from sentence_transformers import util

    embeddings = torch.from_numpy(matrix)
    pairs = util.paraphrase_mining_embeddings(embeddings)
    groups = util.community_detection(embeddings, threshold=0.75, min_community_size=2)
    return f"{len(pairs)} pairs, {len(groups)} communities"


def _semhash(texts: Sequence[str], matrix: Any) -> str:  # noqa: ANN401
    from semhash import SemHash

    class _Known:
        """An encoder is asked for, and not needed: the vectors are there."""

        def encode(self, *_: object, **__: object) -> None:
            raise AssertionError("the vectors are known")

    distinct = list(dict.fromkeys(texts))
    first = {text: row for row, text in reversed(list(enumerate(texts)))}
    made = SemHash.from_embeddings(matrix[[first[text] for text in distinct]], distinct, _Known())
    return f"{len(made.self_deduplicate(threshold=0.9).filtered)} near-duplicates"


def _rensa(texts: Sequence[str], matrix: Any) -> str:  # noqa: ANN401
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=0.5, num_perm=64, num_bands=16)
    sketches = []
    for row, text in enumerate(texts):
        words = text.lower().split()
        sketch = RMinHash(num_perm=64, seed=42)
        sketch.update([" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2))])
        sketches.append(sketch)
        index.insert(row, sketch)
    return f"{sum(len(index.query(sketch)) - 1 for sketch in sketches) // 2} candidate pairs"


def _when(made: dict[str, Any]) -> str:
    return f"{made['date']}, commit {made['commit']}, {made['machine']}; load before: {made['load']}."


def report(facts: dict[str, Any]) -> str:
    """The page."""
    lines = [
        "# Speed",
        "",
        f"Command: `{facts['command']}`; each part tells when it was measured.",
        "With a load of the machine above 2 the seconds of the clock are too many.",
        "",
    ]
    for one in facts.get("corpus", ()):
        lines += [
            f"## {one['clauses']:,} clauses in {one['documents']:,} files",
            "",
            _when(one["made"]),
            "",
            "| run | seconds | processor seconds | peak, MiB | slowest stages |",
            "|---|---|---|---|---|",
        ]
        for name in ("cold", "unchanged", "changed"):
            run = one[name]
            slow = sorted(run["stages"].items(), key=lambda stage: -stage[1])[:4]
            told = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in slow)
            lines.append(f"| {name} | {run['seconds']} | {run['processor_seconds']} | {run['mebibytes']} | {told} |")
        lines += [
            "",
            f"Unchanged against cold: {100 * one['unchanged_share']:.1f} %.",
            f"One changed document costs {one['changed_more']} s more than none.",
            f"Findings as of a run that knows nothing: {'yes' if one['same_findings'] else 'NO'}.",
            "",
        ]
    if curve := facts.get("curve"):
        lines += [
            "## Everything after embedding",
            "",
            _when(facts["made"]["curve"]),
            "",
            "| clauses | seconds | processor seconds | peak, MiB | overlaps |",
        ]
        lines += ["|---|---|---|---|---|"]
        keys = ("clauses", "seconds", "processor_seconds", "mebibytes", "overlaps")
        lines += ["| " + " | ".join(str(one[key]) for key in keys) + " |" for one in curve]
        lines += ["", f"Growth exponent from about 10,000 clauses, seconds: {facts['exponent']}.", ""]
    if facts.get("peers"):
        lines += [
            "## The same texts and vectors by others",
            "",
            "Only ours aligns words, names relations, compares texts and ranks; its time holds all that.",
            "",
        ]
    for asked in facts.get("peers", ()):
        keys = ("clauses", "seconds", "processor_seconds", "mebibytes", "found")
        lines += [
            _when(asked["made"]),
            "",
            "| way | clauses | seconds | processor seconds | peak, MiB | found |",
            "|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {name} | " + " | ".join(str(one[key]) for key in keys) + " |" for name, one in asked["ways"].items()
        ]
        lines += [""]
    return "\n".join(lines)


def one(what: Sequence[str], work: Path) -> dict[str, Any]:
    """One measurement in this process."""
    if what[0] == "road":
        return road(Path(what[1]), Path(what[2]))
    if what[0] == "curve":
        return matching.road(int(what[1]), work)
    return peer(what[1], int(what[2]), work)


def main() -> None:
    """Measure and write both files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="folder with un/resolutions.jsonl.xz")
    parser.add_argument("--work", type=Path, required=True, help="for texts, vectors, corpora and runs")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="of the curve")
    parser.add_argument("--corpora", type=int, nargs="+", default=(10_000, 100_000), help="clauses of the runs")
    parser.add_argument("--peer-sizes", type=int, nargs="+", default=(10_000, 100_000), help="clauses for all ways")
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps(one(options.one, options.work)))
        return
    options.work.mkdir(parents=True, exist_ok=True)
    prepare(options.data, options.work)
    commit = measured_commit()  # before this program changes a file
    # Parts that are not measured now stay as they were, and so do corpora and peers at another size.
    held = HERE / "speed.json"
    facts: dict[str, Any] = json.loads(held.read_text(encoding="utf-8")) if held.is_file() else {"made": {}}
    facts["command"] = "python benchmarks/speed.py DATA --work FOLDER"
    if "curve" in options.parts:
        facts["made"]["curve"] = _made(commit)
        facts["curve"] = [in_a_process(options.work, "curve", str(size)) for size in options.sizes]
        facts["exponent"] = matching.exponent(facts["curve"], "seconds") if len(options.sizes) > 1 else None
        _write(facts)
    by_size: dict[str, tuple[Sequence[int], Callable[[Path, int], dict[str, Any]]]] = {
        "peers": (options.peer_sizes, measure_peers),
        "corpus": (options.corpora, measure_corpus),
    }
    for part, (sizes, measure) in by_size.items():
        for size in sizes if part in options.parts else ():
            asked = {"made": _made(commit), "size": size, **measure(options.work, size)}
            others = [one for one in facts.get(part, ()) if one["size"] != size]
            facts[part] = sorted([*others, asked], key=lambda one: one["size"])
            _write(facts)


def _made(commit: str) -> dict[str, Any]:
    """When, from what and on what a part is measured."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "load": round(os.getloadavg()[0], 1),
    }


def _write(facts: dict[str, Any]) -> None:
    (HERE / "speed.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    (HERE / "speed.md").write_text(report(facts), encoding="utf-8")


if __name__ == "__main__":
    main()
