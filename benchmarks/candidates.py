"""How many of the overlaps that scoring every pair would keep the candidates hold, and what each generator adds.

``python benchmarks/candidates.py DATA`` reads the Word files of ``DATA/itu/pp18/docx`` and ``DATA/itu/wrc`` as one
corpus, the project's own ``corpus/gold/texts.jsonl`` with the sample as another, and writes
``benchmarks/candidates.json`` and ``.md``. Every pair of clauses of different works is scored: those whose upper bound
of probability lies below the threshold cannot be kept, all others are aligned. Pairs with a probability at or above the
threshold make the truth.
"""

import argparse
import json
import os
import platform
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tree import measured_commit

from pipeline.domain import Document, Resolution, Standing
from pipeline.embed import Embeddings, embed_passages, load_encoder, model_card, passages
from pipeline.ingest import find_files, merge_copies, read_file, relative_name
from pipeline.match import overlaps as matching
from pipeline.match.bounds import clause_columns, pair_bounds
from pipeline.match.candidates import Candidates, candidate_pairs, compared_clauses
from pipeline.match.exact import PossiblePairs, Read, score_pairs
from pipeline.match.features import is_pointer, probability_bounds
from pipeline.match.generators import Compared
from pipeline.match.mandates import read_mandate
from pipeline.match.texts import compared_texts
from pipeline.reference import load_scoring, precedence
from pipeline.segment import segment_document, settle_corpus
from pipeline.store.embeddings import DiskVectorCache, embeddings_folder

HERE = Path(__file__).resolve().parent
_ROWS = 64


def corpora(data: Path) -> Iterator[tuple[str, tuple[Resolution, ...]]]:
    """The corpora by name, each settled."""
    yield "PP-18 and WRC", _settled(data / "itu" / "pp18" / "docx", data / "itu" / "wrc")
    yield "gold texts", _settled(HERE.parent / "corpus" / "gold" / "texts.jsonl", HERE.parent / "corpus" / "sample")


def _settled(*sources: Path) -> tuple[Resolution, ...]:
    documents: list[Document] = []
    for source in sources:
        folder = source if source.is_dir() else source.parent
        for path in find_files(source):
            read = read_file(path, relative_name(path, folder))
            if isinstance(read, Document):
                documents.append(read)
    return settle_corpus(r for d in merge_copies(documents) for r in segment_document(d)).resolutions


def embedded(resolutions: Sequence[Resolution], root: Path) -> Embeddings:
    """Vectors of the default model, kept in ``root`` between runs."""
    card = model_card()
    cache = DiskVectorCache(embeddings_folder(root, card.digest), card.digest)
    return embed_passages(passages(resolutions), lambda: load_encoder(root, print), cache, card.dimension)


def all_pairs(works: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    """Every pair of rows of different works, some thousands at a time."""
    for start in range(0, len(works), _ROWS):
        rows = np.arange(start, min(start + _ROWS, len(works)))
        left, right = np.nonzero(
            (works[rows, None] != works[None, :]) & (rows[:, None] < np.arange(len(works))[None, :])
        )
        yield np.stack([rows[left], right], axis=1)


def exhaustive(compared: Compared, read: Sequence[Read]) -> tuple[dict[tuple[int, int], tuple[float, str]], int, int]:
    """Probability and relation of every pair that would be kept, and how many pairs there are and were aligned."""
    limits = load_scoring().thresholds
    pointer = np.array([is_pointer(c) for c in compared.clauses])
    columns = clause_columns(compared.clauses, [m for _, m in read], compared.matrices, pointer)
    rows = {c.clause.id: i for i, c in enumerate(compared.clauses)}
    order = sorted(
        range(len(rows)), key=lambda i: (*precedence(compared.clauses[i].resolution), compared.clauses[i].clause.id)
    )
    rank = np.argsort(order)
    kept: dict[tuple[int, int], tuple[float, str]] = {}
    total = aligned = 0
    for pairs in all_pairs(compared.works):
        total += len(pairs)
        cosines = np.einsum("ij,ij->i", compared.vectors[pairs[:, 0]], compared.vectors[pairs[:, 1]])
        cosines = np.clip(cosines, -1, 1).astype(np.float32)
        themes = compared.themes[compared.texts[pairs[:, 0]], compared.texts[pairs[:, 1]]]
        may = np.zeros(len(pairs), dtype=bool)
        for block, bounds in pair_bounds(columns, pairs, cosines, themes):
            may[block] = probability_bounds(bounds) >= limits["kept"]
        aligned += int(may.sum())
        chosen = pairs[may]
        swapped = rank[chosen[:, 0]] > rank[chosen[:, 1]]
        chosen[swapped] = chosen[swapped][:, ::-1]
        for overlap in score_pairs(read, PossiblePairs(chosen, cosines[may], themes[may], columns), workers=1):
            if overlap.probability >= limits["kept"]:
                i, j = rows[overlap.left], rows[overlap.right]
                kept[min(i, j), max(i, j)] = overlap.probability, overlap.relation.value
    return kept, total, aligned


def measured(name: str, resolutions: Sequence[Resolution], root: Path) -> dict[str, Any]:
    """Recall of the candidates of one corpus, and the table of generators."""
    embeddings = embedded(resolutions, root)
    clauses = matching.worded_clauses(r for r in resolutions if r.standing is Standing.IN_FORCE)
    vectors = matching.centred(embeddings.vectors[[embeddings.rows[c.clause.id] for c in clauses]])
    texts = compared_texts(clauses, vectors)
    compared = compared_clauses(clauses, vectors, texts)
    candidates = candidate_pairs(compared)
    read = [(c, read_mandate(c)) for c in clauses]
    taken = _taken(compared, read, candidates)
    began = time.process_time()
    truth, total, aligned = exhaustive(compared, read)
    seconds = time.process_time() - began
    keys = list(zip(*candidates.pairs.T.tolist(), strict=True))
    held = {k for k, t in zip(keys, taken.tolist(), strict=True) if t}
    result = {
        "corpus": name,
        "clauses": len(clauses),
        "pairs": total,
        "pairs_whose_bound_passes": aligned,
        "exhaustive_processor_seconds": round(seconds, 1),
        "kept_by_exhaustive_scoring": len(truth),
        "candidates": len(keys),
        "candidates_a_clause": round(len(keys) / len(clauses), 1),
        "taken": len(held),
        "taken_a_clause": round(len(held) / len(clauses), 1),
        "bands": [_band(truth, held, least) for least in (load_scoring().thresholds["kept"], 0.16, 0.3, 0.5)],
        "generators": _generators(candidates, keys, truth),
    }
    found = {k for k in truth if k in held}
    result["recall"] = round(len(found) / len(truth), 4)
    print(json.dumps(result, indent=1))
    return result


def _taken(compared: Compared, read: Sequence[Read], candidates: Candidates) -> NDArray[np.bool_]:
    """Which candidates are compared word by word."""
    possible, _ = matching._possible(compared, read, candidates)
    chosen = {(min(pair), max(pair)) for pair in possible.pairs.tolist()}
    return np.array([tuple(pair) in chosen for pair in candidates.pairs.tolist()], dtype=bool)


def _band(truth: dict[tuple[int, int], tuple[float, str]], held: set[tuple[int, int]], least: float) -> dict[str, Any]:
    wanted = [k for k, (probability, _) in truth.items() if probability >= least]
    found = sum(k in held for k in wanted)
    return {
        "probability_from": least,
        "kept": len(wanted),
        "found": found,
        "recall": round(found / max(1, len(wanted)), 4),
    }


def _generators(
    candidates: Candidates, keys: Iterable[tuple[int, int]], truth: dict[tuple[int, int], tuple[float, str]]
) -> list[dict[str, Any]]:
    """For each generator the pairs that it found, those worth keeping, and those that no other found."""
    worth = np.array([k in truth for k in keys])
    out = []
    for bit, name in enumerate(candidates.names):
        mine = (candidates.sources >> bit) & 1 == 1
        alone = candidates.sources == 1 << bit
        out.append(
            {
                "generator": name,
                "pairs": int(mine.sum()),
                "worth_keeping": int((mine & worth).sum()),
                "alone": int(alone.sum()),
                "alone_worth_keeping": int((alone & worth).sum()),
            }
        )
    return out


def report(results: Sequence[dict[str, Any]], facts: str) -> str:
    """The results as a page."""
    lines = ["# Candidates", "", f"{facts} Written by `benchmarks/candidates.py`.", ""]
    for r in results:
        lines += [
            f"## {r['corpus']}",
            "",
            (
                f"{r['clauses']} clauses, {r['pairs']} pairs of different works, of which "
                f"{r['pairs_whose_bound_passes']} could reach the "
                "threshold by their bound and were aligned "
                f"({r['exhaustive_processor_seconds']} s of processor). {r['candidates_a_clause']} candidates a clause "
                f"are found; {r['taken_a_clause']} of them are compared word by word."
            ),
            "",
            "| probability from | kept by scoring every pair | found | recall |",
            "|---|---|---|---|",
            *(f"| {b['probability_from']} | {b['kept']} | {b['found']} | {b['recall']} |" for b in r["bands"]),
            "",
            "| generator | pairs | worth keeping | found by it alone | of these worth keeping |",
            "|---|---|---|---|---|",
            *("| " + " | ".join(str(value) for value in g.values()) + " |" for g in r["generators"]),
            "",
        ]
    return "\n".join(lines)


def main() -> None:
    """Measure and write both files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="folder with itu/pp18/docx and itu/wrc")
    parser.add_argument("--cache", type=Path, default=HERE.parent / "outputs", help="where vectors are kept")
    arguments = parser.parse_args()
    results = [measured(name, texts, arguments.cache) for name, texts in corpora(arguments.data)]
    commit = measured_commit()
    day = datetime.now(UTC).date().isoformat()
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    facts = f"{day}, commit {commit}, {machine}."
    written = {"date": day, "commit": commit, "machine": machine, "corpora": results}
    (HERE / "candidates.json").write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    (HERE / "candidates.md").write_text(report(results, facts), encoding="utf-8")


if __name__ == "__main__":
    main()
