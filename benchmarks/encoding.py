"""How fast clauses become vectors, how near they are to those of sentence-transformers, and how fast the cache is.

``python benchmarks/encoding.py [DATA]`` reads the Word files of ``DATA/itu/pp18`` and ``DATA/itu/wrc``, or the sample
corpus where no data is given, and writes ``benchmarks/encoding.json`` and ``.md``. All ways encode the same texts in
turns in one process on the same processors: our encoder, ``SentenceTransformer.encode`` as it comes (batches of 32),
and, where onnxruntime is installed, our export in float32 through it in batches of 32. Ratios are taken within a
round, for other work on the machine slows all ways of a round alike; the median round and the best times are given.
"""

import argparse
import hashlib
import json
import os
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tree import measured_commit

from pipeline.domain import Document
from pipeline.embed import load_encoder, model_card, passages
from pipeline.embed.card import checked_folder
from pipeline.embed.windows import Windower
from pipeline.ingest import find_files, read_file, relative_name
from pipeline.segment import segment_document, settle_corpus
from pipeline.store.embeddings import vector_cache

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
Way = Callable[[Sequence[str]], NDArray[np.float32]]
CACHED = 100_000


def clauses(folders: Sequence[Path]) -> list[str]:
    """Distinct mandate texts of the documents."""
    resolutions = []
    for folder in folders:
        for path in find_files(folder):
            document = read_file(path, relative_name(path, folder))
            if isinstance(document, Document):
                resolutions += segment_document(document)
    return [passage.text for passage in passages(settle_corpus(resolutions).resolutions)]


def through_onnxruntime(folder: Path) -> Way:
    """Our export in float32, sorted by length, in batches of 32."""
    import onnxruntime

    (path,) = (ROOT / "outputs" / "cache" / "models").glob("*.onnx")
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    windower = Windower(folder, model_card().token_limit)

    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        ids = [windows[0].ids for windows in windower.windows(texts)]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        out = np.zeros((len(ids), model_card().dimension), np.float32)
        for start in range(0, len(order), 32):
            batch = order[start : start + 32]
            given = np.zeros((2, len(batch), max(len(ids[i]) for i in batch)), np.int64)
            for row, i in enumerate(batch):
                given[0, row, : len(ids[i])], given[1, row, : len(ids[i])] = ids[i], 1
            states = session.run(None, {"input_ids": given[0], "attention_mask": given[1]})[0]
            means = (states * given[1][..., None]).sum(1)
            out[batch] = means / np.linalg.norm(means, axis=1, keepdims=True)
        return out

    return encode


def speed(ways: dict[str, Way], texts: Sequence[str], rounds: int) -> dict[str, dict[str, float]]:
    """Seconds of each way, and how many times as fast as sentence-transformers it is."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    processor: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            began, worked = time.perf_counter(), time.process_time()
            way(texts)
            if number:  # the first round loads and compiles
                seconds[name].append(time.perf_counter() - began)
                processor[name].append(time.process_time() - worked)
    plain = seconds["sentence_transformers"]
    return {
        name: {
            "best_seconds": round(min(taken), 3),
            "clauses_a_second": round(len(texts) / min(taken), 1),
            "times_as_fast_median_round": round(statistics.median(p / t for p, t in zip(plain, taken, strict=True)), 2),
            "times_as_fast_best": round(min(plain) / min(taken), 2),
            "processor_seconds_ratio": round(min(processor["sentence_transformers"]) / min(processor[name]), 2),
        }
        for name, taken in seconds.items()
    }


def cache_speed() -> dict[str, float]:
    """Seconds to write and to read many vectors, in shards of the size that a run writes."""
    keys = [hashlib.sha256(str(n).encode()).hexdigest() for n in range(CACHED)]
    matrix = np.random.default_rng(0).standard_normal((CACHED, 384)).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        cache = vector_cache(Path(folder), "ab" * 32)
        began = time.perf_counter()
        for start in range(0, CACHED, 256):
            part = slice(start, start + 256)
            cache.put(dict(zip(keys[part], matrix[part], strict=True)))
        written = time.perf_counter() - began
        taken, worked = [], []
        for _ in range(3):
            began, before = time.perf_counter(), time.process_time()
            found = vector_cache(Path(folder), "ab" * 32).get(keys)
            taken.append(time.perf_counter() - began)
            worked.append(time.process_time() - before)
            assert len(found) == CACHED
    return {
        "vectors": CACHED,
        "write_seconds": round(written, 2),
        "read_seconds": round(min(taken), 2),
        "read_processor_seconds": round(min(worked), 2),
    }


def main() -> None:
    """Measure and write the result files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="?", help="folder of the reference data")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of the speed test")
    parser.add_argument("--texts", type=int, default=500, help="clauses of the speed test, drawn evenly")
    arguments = parser.parse_args()
    real = [arguments.data / "itu/pp18/docx", arguments.data / "itu/wrc"] if arguments.data else []
    folders = real if real and all(folder.is_dir() for folder in real) else [ROOT / "corpus" / "sample"]
    texts = clauses(folders)
    result = measured(texts, arguments.texts, arguments.rounds)
    result["corpus"] = "PP-18 and WRC" if folders == real else "the sample"
    (HERE / "encoding.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    (HERE / "encoding.md").write_text(as_markdown(result), encoding="utf-8")
    print((HERE / "encoding.md").read_text(encoding="utf-8"))


def measured(texts: Sequence[str], count: int, rounds: int) -> dict[str, Any]:
    """All figures."""
    card = model_card()
    folder = checked_folder(card)
    ours = load_encoder(ROOT / "outputs", print)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    vectors = ours.encode(texts)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    ways: dict[str, Way] = {"sentence_transformers": lambda some: plain.encode(list(some)), "ours": ours.encode}
    if find_spec("onnxruntime"):
        ways["onnxruntime_f32"] = through_onnxruntime(folder)
    windows = Windower(folder, card.token_limit).windows(texts)
    whole = [i for i, cut in enumerate(windows) if len(cut) == 1]
    cosines = (plain.encode([texts[i] for i in whole]) * vectors[whole]).sum(axis=1)
    drawn = [texts[i] for i in whole[:: max(1, len(whole) // count)]]
    commit = measured_commit()
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"sentence-transformers {metadata.version('sentence-transformers')}",
        "encoder": ours.name,
        "clauses": len(texts),
        "clauses_in_several_windows": len(texts) - len(whole),
        "word_pieces_mean": round(statistics.mean(len(w.ids) for cut in windows for w in cut), 1),
        "cosine_least": round(float(cosines.min()), 6),
        "cosine_mean": round(float(cosines.mean()), 6),
        "memory_added_mib": round((after - before) / 1024),
        "load_average": os.getloadavg()[0],
        "clauses_timed": len(drawn),
        "rounds": rounds,
        "speed": speed(ways, drawn, rounds),
        "cache": cache_speed(),
    }


def as_markdown(result: dict[str, Any]) -> str:
    """The result as a page."""
    names = {
        "sentence_transformers": "`SentenceTransformer.encode` as it comes",
        "onnxruntime_f32": "the export in float32, onnxruntime",
        "ours": "our encoder",
    }
    lines = [
        "# Encoding",
        "",
        f"{result['date']}, commit {result['commit']}, {result['machine']}. Written by `benchmarks/encoding.py`.",
        "",
        (
            f"Encoder: {result['encoder']}. Clauses: {result['clauses']} of {result['corpus']}, "
            f"{result['word_pieces_mean']} word pieces on average."
        ),
        "",
        (
            f"| {result['clauses_timed']} clauses, {result['rounds']} rounds in turns | best seconds | a second "
            "| times as fast, median round | times as fast, best times |"
        ),
        "|---|---|---|---|---|---|",
    ]
    for key, figures in result["speed"].items():
        lines.append(f"| {names[key]} | " + " | ".join(str(value) for value in figures.values()) + " |")
    cache = result["cache"]
    lines += [
        "",
        (
            f"- Cosine to `SentenceTransformer.encode`: least {result['cosine_least']}, mean {result['cosine_mean']}, "
            f"over all clauses that it sees whole; {result['clauses_in_several_windows']} longer ones, which it cuts "
            "off, are encoded in windows."
        ),
        f"- Memory added by encoding: {result['memory_added_mib']} MiB.",
        (
            f"- Cache: {cache['vectors']:,} vectors written in {cache['write_seconds']} s, read and checked in "
            f"{cache['read_seconds']} s ({cache['read_processor_seconds']} s of the processor)."
        ),
        (
            f"- Load of the machine when it began: {result['load_average']:.1f}; above the count of cores, other work "
            "shared them, and the ratios say more than the seconds."
        ),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
