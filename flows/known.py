"""What a run need not do again: stages of which nothing has changed, and documents that were read and cut before.

Everything is kept by the content that it was made from, with the digest of the code and the versions in use, so what is
taken from an earlier run equals what this run would make.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows import progress
from flows.outcome import StageOutcome, Stopwatch
from pipeline.domain import Citation, Document, DocumentQuality, Rejected, Resolution
from pipeline.store.contents import StageRef
from pipeline.store.kept import Kept, code_digest, key_of
from pipeline.store.staging import StagedRun

if TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = [
    "Made",
    "assess_documents",
    "conditions",
    "kept_of",
    "made_once",
    "once",
    "read_documents",
    "segment_documents",
]

# Results of one kind that are kept: those of the last changes, so that going back to one costs nothing.
_MOST_RESULTS = 3

Segmented = tuple[tuple[Resolution, ...], tuple[Citation, ...]]


@dataclass(frozen=True, slots=True)
class Made:
    """What a piece of work leaves: files in the folder of the run, by name and SHA-256, and the rest as JSON.

    ``keep`` is whether later runs may take it; what a passing fault has marked may not be taken.
    """

    files: Sequence[tuple[str, str]]
    value: dict[str, Any]
    keep: bool = True


def kept_of(run: StagedRun) -> Kept:
    """What is kept under the output folder of a run."""
    return Kept(run.root)


def conditions(run: StagedRun) -> str:
    """A digest of all that results depend on beside their input: code, reference data, versions."""
    return key_of(code_digest(), _stages_digest(), run.facts["versions"])


@cache
def _stages_digest() -> str:
    here = Path(__file__).parent
    return key_of(*(here.joinpath(name).read_bytes() for name in ("stages.py", "shards.py", "known.py")))


def made_once(run: StagedRun, kind: str, key: str, make: Callable[[], Made]) -> tuple[dict[str, Any], bool]:
    """The value of a piece of work, its files in the folder of the run, and whether an earlier run has done it.

    Args:
        run: the run that is going.
        kind: kind of work; of each the last results are kept.
        key: a key of all that the work depends on.
        make: the work.
    """
    kept = kept_of(run)
    value = kept.read_files(kind, key, run.folder)
    if value is not None:
        return value, True
    made = make()
    if made.keep:
        kept.write_files(kind, key, run.folder, made.files, made.value)
        kept.thin(kind, _MOST_RESULTS)
    return made.value, False


def once(
    run: StagedRun,
    stage: str,
    inputs: Sequence[StageRef],
    work: Callable[[], StageOutcome],
    *,
    facts: object = None,
    keep: Callable[[StageOutcome], bool] = lambda _: True,
) -> StageOutcome:
    """The outcome of a stage: that of an earlier run with the same input, its files copied, or else of the work.

    Args:
        run: the run that is going.
        stage: name of the stage.
        inputs: the rows that it reads.
        work: the stage.
        facts: what else it depends on, as JSON.
        keep: whether an outcome may be taken again; one that a passing fault has marked may not.
    """

    def make() -> Made:
        outcome = work()
        return Made(outcome.ref.files, _outcomes().dump_python(outcome, mode="json"), keep(outcome))

    watch = Stopwatch(stage)
    key = key_of(conditions(run), [[list(file) for file in ref.files] for ref in inputs], facts)
    value, again = made_once(run, f"stage-{stage}", key, make)
    outcome = _outcomes().validate_python(value)
    if again:
        progress.note(f"{stage}: as in an earlier run, nothing has changed")
        return replace(outcome, seconds=watch.seconds())
    return outcome


@cache
def _outcomes() -> "TypeAdapter[StageOutcome]":
    from pydantic import TypeAdapter

    return TypeAdapter(StageOutcome)


def read_documents(
    run: StagedRun,
    files: Sequence[tuple[Path, str]],
    read: Callable[[Sequence[tuple[Path, str]]], list[Document | Rejected]],
) -> list[Document | Rejected]:
    """All files in their order; only those are read that no earlier run has read as they are now.

    Args:
        run: the run that is going.
        files: path and name of each.
        read: reads some of them.
    """
    from pipeline.store import rows

    kept, settled = kept_of(run), conditions(run)
    inputs = run.facts["inputs"]
    keys = [key_of(settled, name, inputs.get(name, "")) for _, name in files]
    held = [kept.read("documents", key) for key in keys]
    new = [number for number, content in enumerate(held) if content is None]
    fresh = dict(zip(new, read([files[number] for number in new]) if new else [], strict=True))
    for number, outcome in fresh.items():
        # A file that changed after the run began has another digest than the one it was opened with.
        if isinstance(outcome, Document) and outcome.digest == inputs.get(outcome.path):
            kept.write("documents", keys[number], _json(rows.document_to_row(outcome)))
    return [
        fresh[number] if content is None else rows.document_from_row(json.loads(content))
        for number, content in enumerate(held)
    ]


def segment_documents(
    run: StagedRun, documents: Sequence[Document], segment: Callable[[Sequence[Document]], Iterable[Segmented]]
) -> list[Segmented]:
    """Resolutions and citations of each document; only those are cut that no earlier run has cut as they are now.

    Args:
        run: the run that is going.
        documents: the documents.
        segment: cuts some of them.
    """
    kept, settled = kept_of(run), conditions(run)
    keys = [key_of(settled, d.id, d.digest, d.path, list(d.copies), _digest(d.text)) for d in documents]
    held = [kept.read("texts", key) for key in keys]
    new = [number for number, content in enumerate(held) if content is None]
    fresh = dict(zip(new, segment([documents[number] for number in new]) if new else [], strict=True))
    for number, segmented in fresh.items():
        kept.write("texts", keys[number], _segmented_to_json(segmented))
    return [fresh[number] if content is None else _segmented_from_json(content) for number, content in enumerate(held)]


def assess_documents(
    run: StagedRun,
    documents: Sequence[Document],
    resolutions: Iterable[Resolution],
    assess: Callable[[Sequence[Document], Sequence[Resolution]], Iterable[DocumentQuality]],
) -> list[DocumentQuality]:
    """The quality of each document; only those are judged that no earlier run has judged with the same texts in them.

    Args:
        run: the run that is going.
        documents: the documents.
        resolutions: the texts found in them; those of one document in the order in which it was cut, for in another
            order it is judged again.
        assess: judges some of them by the texts found in them.
    """
    from pipeline.store import rows

    kept, settled = kept_of(run), conditions(run)
    texts: dict[str, list[Resolution]] = {document.id: [] for document in documents}
    for resolution in resolutions:
        if resolution.document_id in texts:
            texts[resolution.document_id].append(resolution)
    keys = [
        # The digest of the file stands for the blocks, that of the text for the text, as where texts are cut.
        key_of(
            settled,
            rows.document_to_row(replace(d, blocks=(), text=_digest(d.text))),
            _segmented_to_json((texts[d.id], ())),
        )
        for d in documents
    ]
    held = [kept.read("qualities", key) for key in keys]
    new = [number for number, content in enumerate(held) if content is None]
    chosen = [documents[number] for number in new]
    judged = assess(chosen, [text for document in chosen for text in texts[document.id]]) if new else ()
    fresh = dict(zip(new, judged, strict=True))
    for number, quality in fresh.items():
        kept.write("qualities", keys[number], _qualities().dump_json(quality))
    return [
        fresh[number] if content is None else _qualities().validate_json(content) for number, content in enumerate(held)
    ]


@cache
def _qualities() -> "TypeAdapter[DocumentQuality]":
    from pydantic import TypeAdapter

    return TypeAdapter(DocumentQuality)


def _segmented_to_json(segmented: tuple[Sequence[Resolution], Sequence[Citation]]) -> bytes:
    from pipeline.store import rows

    resolutions, citations = segmented
    return _json(
        [
            [rows.resolution_to_row(resolution) for resolution in resolutions],
            [row for resolution in resolutions for row in rows.clauses_to_rows(resolution)],
            [rows.citation_to_row(citation) for citation in citations],
        ]
    )


def _segmented_from_json(content: bytes) -> Segmented:
    from pipeline.store import rows

    resolutions, clauses, citations = json.loads(content)
    return tuple(rows.resolutions_from_rows(resolutions, clauses)), tuple(map(rows.citation_from_row, citations))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
