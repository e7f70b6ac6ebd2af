"""Small runs made by hand, written as a real run folder, for tests of the review."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.domain import (
    Block,
    Clause,
    Contribution,
    Document,
    Evidence,
    Finding,
    Manifest,
    Overlap,
    Part,
    Relation,
    Resolution,
    ResolutionPair,
    Section,
    Span,
    instrument_of,
)
from pipeline.store import RunFolder
from pipeline.store.contents import RunContents
from pipeline.store.runs import write_manifest


@dataclass(frozen=True)
class Told:
    """An overlap as a test writes it down."""

    left: str
    right: str
    probability: float = 0.9
    relation: Relation = Relation.SAME_ACT


def make_run(root: Path, run: str, texts: Mapping[str, str], told: Sequence[Told]) -> RunFolder:
    """A finished run folder with these clauses (identifier → text) and these overlaps.

    A finding is made of each pair of resolutions with an overlap that is one.
    """
    folder = root / "runs" / run
    folder.mkdir(parents=True)
    held: dict[str, list[str]] = {}
    for clause in texts:
        held.setdefault(clause.partition("#")[0], []).append(clause)
    documents, resolutions = [], []
    for name, clauses in held.items():
        document, resolution = _text(name, {clause: texts[clause] for clause in clauses})
        documents.append(document)
        resolutions.append(resolution)
    overlaps = [_overlap(one) for one in told]
    pairs, findings = _findings(overlaps)
    contents = RunContents(folder)
    contents.write_documents(documents, ())
    contents.write_resolutions(resolutions, (), ())
    (folder / "work").mkdir()
    contents.write_overlaps(overlaps, {}, ())
    contents.write_pairs(pairs)
    contents.write_clusters(())
    contents.write_findings(findings, ())
    manifest = Manifest(run_id=run, created_at=_moment(run), corpus="by hand")
    write_manifest(folder, manifest)
    return RunFolder(folder, manifest)


def _moment(run: str) -> str:
    """The moment that the name of a run begins with, as ISO 8601."""
    return f"{run[:4]}-{run[4:6]}-{run[6:8]}T{run[9:11]}:{run[11:13]}:{run[13:15]}+00:00"


def _text(name: str, clauses: Mapping[str, str]) -> tuple[Document, Resolution]:
    identifier = instrument_of(name)
    head = f"RESOLUTION {identifier.number}"  # type: ignore[union-attr]
    lines, made, place = [head, "resolves"], [], len(head) + len("resolves") + 2
    for count, (clause, text) in enumerate(clauses.items(), start=1):
        made.append(
            Clause(clause, Part.OPERATIVE, "resolves", str(count), (str(count),), text, Span(place, place + len(text)))
        )
        lines.append(text)
        place += len(text) + 1
    words = "\n".join(lines)
    section = Section("resolves", "resolves", "resolves", Part.OPERATIVE, Span(0, len(words)), tuple(made))
    document = Document(
        id=f"doc/{name}", path=f"{name.replace('/', '-')}.txt", digest=name, format="txt", text=words,
        blocks=(Block(Span(0, len(words))),),
    )  # fmt: skip
    return document, Resolution(
        id=identifier, title=f"On {name}", language="en", document_id=document.id, number_line=head,
        span=Span(0, len(words)), sections=(section,),
    )  # fmt: skip


def _overlap(told: Told) -> Overlap:
    name = f"o-{told.left}-{told.right}"
    evidence = Evidence(-2.0, (Contribution("wording", told.probability, 2.0, "words in common"),), ())
    return Overlap(
        name, told.left, told.right, told.relation, told.probability, 0.5, told.probability, 0.4, 0.6, evidence
    )


def _findings(overlaps: Sequence[Overlap]) -> tuple[list[ResolutionPair], list[Finding]]:
    best: dict[tuple[str, str], list[Overlap]] = {}
    for one in sorted(overlaps, key=lambda o: -o.probability):
        if one.relation.is_finding:
            best.setdefault((one.left.partition("#")[0], one.right.partition("#")[0]), []).append(one)
    pairs, findings = [], []
    for rank, ((a, b), held) in enumerate(best.items(), start=1):
        first = held[0]
        bodies = a.partition("/")[0], b.partition("/")[0]
        names = tuple(one.id for one in held)
        pairs.append(ResolutionPair(a, b, *bodies, first.relation, first.probability, 0.5, 0.5, 0.5, "", names))
        findings.append(
            Finding(
                id=f"f-{rank}",
                rank=rank,
                a=a,
                b=b,
                relation=first.relation,
                score=first.probability,
                parts=(),
                factors=(),
                headline=first.id,
                overlaps=names,
                cluster=None,
                cross_body=bodies[0] != bodies[1],
                remedies=(),
                reasons=(),
            )
        )
    return pairs, findings


def many(count: int, edition: int = 2022) -> tuple[dict[str, str], list[Told]]:
    """So many pairs of clauses of two bodies, each clause in one pair alone, best first."""
    texts: dict[str, str] = {}
    told = []
    for number in range(count):
        left = f"pp/res/{900 + number // 20}@{edition}#resolves.{number % 20 + 1}"
        right = f"wtdc/res/{900 + number // 20}@{edition}#resolves.{number % 20 + 1}"
        texts[left] = f"to keep the register number {number} of masts that stand idle;"
        texts[right] = f"to publish the register number {number} of masts that nobody uses;"
        told.append(Told(left, right, round(0.99 - 0.8 * number / max(count, 1), 6)))
    return texts, told
