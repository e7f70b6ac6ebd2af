"""A draft checked against a run: what exists already for each of its clauses.

``open_index`` gives what a draft is held against, from the disk; ``check`` holds one draft against it and touches
nothing else, so an app opens the index and the encoder once and answers each draft from memory.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline import __version__
from pipeline.domain import Document, Part, Standing
from pipeline.embed import Encoder, embed_passages, passages
from pipeline.errors import RunError
from pipeline.match.draft import CheckedClause, DraftIndex, build_draft_index, check_draft
from pipeline.reference import models_folder, own_formulae_digest
from pipeline.segment import in_compared_language
from pipeline.segment.drafts import segment_draft
from pipeline.store.contents import RunContents
from pipeline.store.draft_index import INDEX_VERSION, checks_folder, read_index, write_index
from pipeline.store.embeddings import vector_cache
from pipeline.store.runs import RunFolder

__all__ = ["DraftReport", "check", "open_index"]

_RUN_TABLES = ("resolutions.parquet", "clauses.parquet")


@dataclass(frozen=True, slots=True)
class DraftReport:
    """What exists already for each compared clause of a draft, in reading order.

    ``texts`` and ``existing`` count the texts and clauses that it was held against. ``notes`` tell how the draft was
    read, what was compared and what was not.
    """

    draft: str
    clauses: tuple[CheckedClause, ...]
    texts: int
    existing: int
    notes: tuple[str, ...]


def open_index(root: Path, run: RunFolder, encoder: Encoder, tell: Callable[[str], None] | None = None) -> DraftIndex:
    """The clauses in force of a run, ready to be searched; made at the first use of a run and kept with the caches.

    Args:
        root: the output folder.
        run: a finished run in it.
        encoder: the encoder that will encode the drafts.
        tell: told before what takes long.

    Raises:
        RunError: the run is damaged, or the index cannot be written.
    """
    folder = checks_folder(root) / _identity(run, encoder)
    if folder.is_dir():
        try:
            return read_index(folder)
        except RunError:
            pass  # it is made again
    if tell is not None:
        tell(f"making an index of run {run.run_id}, once ...")
    held = in_compared_language(RunContents(run.path).read_resolutions())
    texts = [text for text in held if text.standing is Standing.IN_FORCE and not text.is_foreign]
    cache = vector_cache(root, encoder.digest)
    embeddings = embed_passages(passages(texts), lambda: encoder, cache, encoder.dimension)
    write_index(folder, build_draft_index(texts, embeddings.vectors, embeddings.rows))
    return read_index(folder)


def check(index: DraftIndex, document: Document, encoder: Encoder, top: int = 5) -> DraftReport:
    """What exists already for each clause of a draft.

    Args:
        index: what the draft is held against.
        document: the draft; any document, whether a resolution by its form or not.
        encoder: the encoder that the index was made with.
        top: how many existing clauses are told of each clause.
    """
    drafts = segment_draft(document)
    compared = in_compared_language(drafts.texts)
    wanted = passages(compared)
    vectors = encoder.encode([passage.text for passage in wanted])
    rows = {clause: row for row, passage in enumerate(wanted) for clause in passage.clauses}
    found = check_draft(index, compared, vectors, rows, top) if wanted else ()
    recitals = sum(clause.part is Part.PREAMBULAR for text in compared for clause in text.clauses)
    notes = list(drafts.notes)
    if other := len(drafts.texts) - len(compared):
        notes.append(f"Texts in another language than English, not compared: {other}.")
    if recitals:
        notes.append(f"Recitals of the draft, which ask for nothing and are not compared: {recitals}.")
    held = set(index.works)
    if own := sorted({str(text.id.work) for text in compared} & held):
        notes.append(f"The draft is a version of {', '.join(own)}, whose own clauses are left out.")
    if cut := sum(clause.cut for clause in found):
        notes.append(f"Clauses so general that only their most promising counterparts were looked at: {cut}.")
    notes.append("Older editions, proposals, recitals and texts of other organizations take no part.")
    return DraftReport(document.path, found, len(index.works), len(index.clauses), tuple(notes))


def _identity(run: RunFolder, encoder: Encoder) -> str:
    """What an index depends on, as a short digest: the clauses of the run, the encoder, our rules."""
    digest = hashlib.sha256(f"{INDEX_VERSION}\n{__version__}\n{encoder.digest}\n{own_formulae_digest()}".encode())
    data = Path(__file__).parent / "reference" / "data"
    files = [run.path / name for name in _RUN_TABLES]
    files += [models_folder() / "background.json", *sorted(path for path in data.rglob("*") if path.is_file())]
    for path in files:
        try:
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        except OSError as error:
            raise RunError(f"{path} cannot be read: {error.strerror or error}") from error
    return digest.hexdigest()[:16]
