"""Clause pairs to learn from: rows of the gold list, unlisted pairs beside them, and copies planted among them."""

import csv
import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.domain import Clause, Document, Part, Relation, Resolution, Standing
from pipeline.embed import embed_passages, load_encoder, passages
from pipeline.ingest import find_files, merge_copies, read_file, relative_name
from pipeline.match import centred
from pipeline.match.asked import compared_pairs
from pipeline.match.features import ComparedPair, score
from pipeline.segment import segment_document, settle_corpus
from pipeline.store.embeddings import vector_cache

__all__ = ["Labelled", "gold_rows", "labelled"]

ROOT = Path(__file__).resolve().parents[1]
GOLD = ROOT / "corpus" / "gold"
OUT = ROOT / "outputs"
# Unrelated clauses of other themes near each clause: how many.
NEIGHBOURS = 2
# Of the many unlisted pairs of one theme one of so many is taken.
BESIDE = 5
# Clauses of development texts of which a copy is planted in a text of another body.
PLANTED = 240
_SEED = 20_261_123
_CALLS = {
    "wtdc": ("2022", "instructs the Director of the Telecommunication Development Bureau"),
    "wtsa": ("2024", "instructs the Director of the Telecommunication Standardization Bureau"),
    "ra": ("2023", "instructs the Director of the Radiocommunication Bureau"),
    "pp": ("2018", "instructs the Secretary-General"),
}
_TURNS = frozenset(
    ("on", "of", "in", "for", "to", "with", "from", "which", "that", "by", "at", "until", "when", "about")
)


@dataclass(frozen=True)
class Labelled:
    """Clause pairs with their features and labels.

    ``sources`` tells where each comes from: "listed" in the gold list, "far" of another theme, "beside" of one theme
    and not listed, or "planted".
    """

    pairs: tuple[ComparedPair, ...]
    values: NDArray[np.float64]
    relations: tuple[Relation, ...]
    families: tuple[str, ...]
    splits: tuple[str, ...]
    sources: NDArray[np.str_]

    def rows(self, chosen: NDArray[np.bool_]) -> "Labelled":
        """The chosen rows alone."""
        at = np.flatnonzero(chosen).tolist()
        return Labelled(
            tuple(self.pairs[i] for i in at),
            self.values[chosen],
            tuple(self.relations[i] for i in at),
            tuple(self.families[i] for i in at),
            tuple(self.splits[i] for i in at),
            self.sources[chosen],
        )


def gold_texts() -> tuple[Resolution, ...]:
    """The texts of the sample corpus and those of the gold list."""
    sample = ROOT / "corpus" / "sample"
    read = [read_file(path, relative_name(path, sample)) for path in find_files(sample)]
    documents = merge_copies(d for d in read if isinstance(d, Document) and d.language == "en")
    own = read_file(GOLD / "texts.jsonl", "texts.jsonl")
    assert isinstance(own, Document)
    return settle_corpus(r for d in (*documents, own) for r in segment_document(d)).resolutions


def labelled(rows: Sequence[Mapping[str, str]]) -> Labelled:
    """The clause rows of the gold list, editions of one work left out, with pairs that nobody labelled."""
    encoder = load_encoder(OUT)
    families = {r["work"]: (r["family"], r["split"]) for r in gold_rows("families.csv")}
    own = [r for r in rows if r["expected"] != "REV"]
    texts = gold_texts()
    copies, told = _planted(texts, families)
    everything = (*texts, *copies)
    cache = vector_cache(OUT, encoder.digest)
    embedded = embed_passages(passages(everything), lambda: encoder, cache, encoder.dimension)
    vectors = centred(embedded.vectors)
    listed = {frozenset((r["left"], r["right"])) for r in rows}
    found = [(r["left"], r["right"], r["expected"], r["family"], r["split"], "listed") for r in own]
    found += [(*pair, "far") for pair in _neighbours(texts, vectors, embedded.rows, families, listed)]
    found += [(*pair, "beside") for pair in _beside(texts, embedded.rows, families, listed)]
    found += [(*pair, "planted") for pair in told]
    found += [(*pair, "far") for pair in _foils(texts, told, vectors, embedded.rows, families)]
    pairs = compared_pairs(everything, embedded.vectors, embedded.rows, [(a, b) for a, b, *_ in found])
    return Labelled(
        pairs,
        np.array([score(p) for p in pairs]),
        tuple(Relation(row[2]) for row in found),
        tuple(row[3] for row in found),
        tuple(row[4] for row in found),
        np.array([row[5] for row in found]),
    )


def gold_rows(name: str) -> list[dict[str, str]]:
    """The rows of a file of the gold list."""
    return list(csv.DictReader((GOLD / name).read_text(encoding="utf-8").splitlines()))


# Both clauses, relation, family, split.
_Row = tuple[str, str, str, str, str]
_Families = Mapping[str, tuple[str, str]]


def _neighbours(
    texts: Sequence[Resolution],
    vectors: NDArray[np.float32],
    rows: Mapping[str, int],
    families: _Families,
    listed: set[frozenset[str]],
) -> list[_Row]:
    """For each clause its nearest clauses of other themes of the same split: pairs with nothing in common but words."""
    owner = _owners(texts, families)
    names = sorted(name for name in rows if name in owner)
    matrix = vectors[[rows[n] for n in names]]
    near = matrix @ matrix.T
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for i, name in enumerate(names):
        others = (j for j in np.argsort(-near[i]).tolist() if owner[names[j]][0] != owner[name][0])
        for j in [j for j in others if owner[names[j]][1] == owner[name][1]][:NEIGHBOURS]:
            found[min(name, names[j]), max(name, names[j])] = owner[name]
    return [(a, b, "NONE", *found[a, b]) for a, b in sorted(found) if frozenset((a, b)) not in listed]


def _owners(texts: Sequence[Resolution], families: _Families) -> dict[str, tuple[str, str]]:
    return {c.id: families[str(r.id.work)] for r in texts for c in r.clauses if str(r.id.work) in families}


def _beside(
    texts: Sequence[Resolution], rows: Mapping[str, int], families: _Families, listed: set[frozenset[str]]
) -> list[_Row]:
    """Every fifth pair of clauses of one theme, in texts in force, that the gold list does not name."""
    groups: dict[tuple[str, str], list[Resolution]] = defaultdict(list)
    for text in texts:
        if str(text.id.work) in families and text.standing is Standing.IN_FORCE:
            groups[families[str(text.id.work)]].append(text)
    found = [
        (x.id, y.id, "THEME", *group)
        for group, held in sorted(groups.items())
        for a, b in combinations(sorted(held, key=lambda r: str(r.id)), 2)
        if a.id.work != b.id.work
        for x in a.clauses
        for y in b.clauses
        if x.id in rows and y.id in rows and frozenset((x.id, y.id)) not in listed
    ]
    return found[::BESIDE]


def _planted(texts: Sequence[Resolution], families: _Families) -> tuple[tuple[Resolution, ...], list[_Row]]:
    """Texts of another body that copy a clause of a development text, and the pairs of original and copy.

    A third of the copies are word for word, a third stand in an omnibus clause, a third are turned round. Two more
    clauses of the original's text stand beside each copy, so that the two texts have a theme in common.
    """
    draw = random.Random(_SEED)
    owner = _owners(texts, families)
    held = [
        (clause, text)
        for text in texts
        if text.standing is Standing.IN_FORCE
        for clause in text.clauses
        if owner.get(clause.id, ("", ""))[1] == "dev" and _is_full(clause)
    ]
    draw.shuffle(held)
    chosen = held[:PLANTED]
    lines, pairs = [], []
    for number, (clause, text) in enumerate(chosen, 1):
        body = draw.choice([b for b in _CALLS if b != text.body.value])
        year, call = _CALLS[body]
        others = [c for c, _ in draw.sample(chosen, 12) if owner[c.id] != owner[clause.id]][:2]
        copy = (_plain, _turned)[number % 3 == 2](clause) if number % 3 else _omnibus(clause, others)
        beside = [c for c in text.clauses if c.part is Part.OPERATIVE and c.id != clause.id]
        spoken = [copy, *(_plain(c) for c in draw.sample(beside, min(2, len(beside))))]
        items = [{"label": str(place), "text": f"{said};"} for place, said in enumerate(spoken, 1)]
        identity = f"{body}/res/{number}@{year}"
        section = {"call": call, "part": "operative", "clauses": items}
        facts = {"id": identity, "body": body, "type": "res", "number": str(number), "edition": year}
        lines.append(json.dumps(facts | {"title": "Text", "language": "en", "sections": [section]}))
        pairs.append((clause.id, identity, owner[clause.id]))
    made = {str(r.id): r for r in _read_lines(lines)}
    told = [(name, next(iter(made[text].clauses)).id, "VERB", *family) for name, text, family in pairs]
    return tuple(made.values()), told


def _is_full(clause: Clause) -> bool:
    return clause.part is Part.OPERATIVE and clause.text.startswith("to ") and len(clause.text.split()) > 8


def _plain(clause: Clause) -> str:
    return clause.text.rstrip(" ;,.")


def _turned(clause: Clause) -> str:
    """The second part of the clause before the first."""
    words = _plain(clause).removeprefix("to ").split()
    middle = next((i for i, w in enumerate(words) if i > 2 and w in _TURNS), len(words) // 2)
    return f"to ensure that, {' '.join(words[middle:])}, action is taken to {' '.join(words[:middle])}"


def _omnibus(clause: Clause, others: Sequence[Clause]) -> str:
    """The clause between others."""
    return "; ".join([*map(_plain, others[:1]), _plain(clause), *map(_plain, others[1:])])


def _read_lines(lines: Sequence[str]) -> tuple[Resolution, ...]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "planted.jsonl"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        document = read_file(path, path.name)
    if not isinstance(document, Document):
        raise SystemExit(f"the planted texts cannot be read: {document.reason}")
    return segment_document(document)


def _foils(
    texts: Sequence[Resolution],
    planted: Sequence[_Row],
    vectors: NDArray[np.float32],
    rows: Mapping[str, int],
    families: _Families,
) -> list[_Row]:
    """For each copy of one mandate the nearest clauses of other themes: to be a planted text is no sign by itself."""
    owner = _owners(texts, families)
    names = sorted(name for name in rows if name in owner and owner[name][1] == "dev")
    matrix = vectors[[rows[n] for n in names]]
    found: list[_Row] = []
    for number, (original, copy, _, family, split) in enumerate(planted, 1):
        if number % 3 == 0:
            continue  # an omnibus clause says what clauses of other themes say
        order = np.argsort(-(matrix @ vectors[rows[copy]])).tolist()
        near = [names[j] for j in order if owner[names[j]][0] != family and names[j] != original]
        found.extend((name, copy, "NONE", family, split) for name in near[:NEIGHBOURS])
    return found
