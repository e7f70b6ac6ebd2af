"""A finished run becomes the current one: its content is taken over, decisions are carried to it."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from pipeline.domain import PairState
from pipeline.review import clause_series
from pipeline.review.carry import CarryOver, KnownPair, carry_clusters, carry_over
from pipeline.review.claims import stamp
from pipeline.store.database import schema
from pipeline.store.database.clusters import as_people_left
from pipeline.store.database.content import RunContent
from pipeline.store.database.engine import Database
from pipeline.store.database.items import refresh_queues
from pipeline.store.database.pair_rows import RankedPair, evidence_rows, feature_rows, pair_rows, rank_pairs
from pipeline.store.database.recording import add_event, refresh_pair
from pipeline.store.database.tallying import count_all
from pipeline.store.database.tuning import gather_statistics
from pipeline.store.database.words import add_texts, numbers_of
from pipeline.store.database.writing import Row, chunked, put
from pipeline.store.runs import RunFolder, load_run

__all__ = ["ImportReport", "import_run"]

SERVICE = "overlap"
"""Who stands in the ledger for what the program does by itself."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of the pairs: numbers of pairs, ``recheck`` and ``archived`` only of those with a decision.

    ``kept`` have the same texts as before, ``changed`` other texts, ``gone`` are in this run no more; ``moved`` were
    found again under another identifier. ``already`` is true when the run was the current one before.
    """

    run: str
    pairs: int
    new: int
    kept: int
    changed: int
    gone: int
    moved: int
    recheck: int
    archived: int
    decisions_kept: int
    already: bool = False


def import_run(
    db: Database, folder: RunFolder, tell: Callable[[str], None] = lambda line: None, now: datetime | None = None
) -> ImportReport:
    """Take over a finished run as the current one; once it is, doing it again changes nothing.

    Unchanged pairs keep their decisions, pairs with a changed text come back for a re-check, pairs that the run no
    longer has are archived, pairs whose clauses were only renumbered move with their decisions. Importing an earlier
    run makes that one current again.

    Args:
        db: the database.
        folder: the run.
        tell: called with a line of text at each step.
        now: the time of the import, in any zone; the present by default.

    Raises:
        RunError: the folder is damaged.
        DatabaseError: another process holds the write lock too long.
    """
    with db.read() as session:
        row = session.execute(select(schema.runs).where(schema.runs.c.id == folder.run_id)).mappings().first()
    if row is not None and row["is_current"]:
        tell(f"{folder.run_id} is the current run already")
        return ImportReport(**{**json.loads(row["report"]), "already": True})
    tell(f"reading {folder.run_id}")
    content = RunContent(load_run(folder.path))
    ranked = rank_pairs(content)
    moment = stamp(now or datetime.now(UTC))
    tell(f"taking over {len(ranked):,} pairs")
    with db.write() as session:
        clusters = _take_content(session, content)
        names = {pair.overlap.id: pair.known.id for pair in ranked}
        put(session, schema.findings, content.finding_rows(clusters, names))
        carried = carry_over(_known_pairs(session), (pair.known for pair in ranked))
        _take_pairs(session, content, ranked, clusters)
        report = _carry(session, content.run, carried, len(ranked))
        _count_finding_pairs(session)
        count_all(session)
        _take_run(session, folder, content, moment, report)
        refresh_queues(session, moment, SERVICE)
        gather_statistics(session)
        body: dict[str, object] = asdict(report)
        add_event(session, "run-imported", at=moment, actor=SERVICE, role="service", subject=content.run, body=body)
    return report


def _take_content(session: Session, content: RunContent) -> dict[str, str]:
    """Everything but the pairs; the lasting identifier of each cluster of the run comes out."""
    for table in (schema.documents, schema.resolutions, schema.clauses, schema.findings):
        session.execute(update(table).values(present=False))
    for table in (schema.references, schema.resolution_pairs, schema.signals):
        session.execute(delete(table))
    put(session, schema.documents, content.document_rows())
    put(session, schema.resolutions, content.resolution_rows())
    add_texts(session, dict(content.texts()))
    put(session, schema.clauses, content.clause_rows())
    for table, rows in (
        (schema.references, content.citation_rows()),
        (schema.resolution_pairs, content.pair_of_texts_rows()),
        (schema.signals, content.signal_rows()),
    ):
        for chunk in chunked(rows):
            session.execute(insert(table), chunk)
    return _take_clusters(session, content)


def _take_clusters(session: Session, content: RunContent) -> dict[str, str]:
    held = session.execute(
        select(schema.clusters.c.id, schema.clusters.c.members).where(schema.clusters.c.present)
    ).all()
    before = {row.id: frozenset(map(clause_series, json.loads(row.members))) for row in held}
    after = content.cluster_series()
    names = carry_clusters(before, after)
    kept = {names[new]: members for new, members in after.items()}
    successors: dict[str, str | None] = {}
    for old in before.keys() - kept.keys():
        nearest = max(kept, key=lambda name: (len(kept[name] & before[old]), name), default=None)
        successors[old] = nearest if nearest is not None and kept[nearest] & before[old] else None
    session.execute(update(schema.clusters).values(present=False))
    put(session, schema.clusters, as_people_left(session, content.cluster_rows(names), successors))
    for old, nearest in successors.items():
        session.execute(update(schema.clusters).where(schema.clusters.c.id == old).values(successor=nearest))
    return names


def _known_pairs(session: Session) -> Iterable[KnownPair]:
    columns = schema.pairs.c
    wanted = (columns.id, columns.left_clause, columns.right_clause, columns.left_digest, columns.right_digest)
    moved = select(schema.moves.c.pair).where(schema.moves.c.target.is_not(None))
    return (KnownPair(*row) for row in session.execute(select(*wanted).where(columns.id.not_in(moved))).all())


def _take_pairs(
    session: Session, content: RunContent, ranked: tuple[RankedPair, ...], clusters: dict[str, str]
) -> None:
    names = {member: clusters[one.id] for one in content.record.clusters for member in one.members}
    findings = frozenset(session.execute(select(schema.findings.c.id).where(schema.findings.c.present)).scalars())
    numbers = numbers_of(session)
    put(session, schema.pairs, pair_rows(content, ranked, names, findings, numbers))
    put(session, schema.evidence, evidence_rows(ranked))
    put(session, schema.features, feature_rows(content, ranked))


def _carry(session: Session, run: str, carried: CarryOver, pairs: int) -> ImportReport:
    """Decisions follow their pairs; the report tells how many pairs went which way."""
    columns = schema.pairs.c
    decided = frozenset(session.execute(select(schema.reviews.c.pair).distinct()).scalars())
    gone_before = columns.state == PairState.ARCHIVED.value
    returned = set(session.execute(select(columns.id).where(gone_before, columns.run == run)).scalars())
    session.execute(update(schema.pairs).where(gone_before, columns.run == run).values(state=PairState.OPEN.value))
    archived = update(schema.pairs).where(columns.run != run).values(state=PairState.ARCHIVED.value, finding=None)
    session.execute(archived)
    rows: list[Row] = [
        {"pair": old, "target": new, "run": run, "why": "the clauses were renumbered; their texts are the same"}
        for old, new in carried.moved.items()
    ]
    rows += [{"pair": name, "target": None, "run": run, "why": "the run no longer has it"} for name in carried.gone]
    back = delete(schema.moves).where(schema.moves.c.pair.in_(select(columns.id).where(columns.run == run)))
    session.execute(back)
    put(session, schema.moves, rows)
    for old, new in carried.moved.items():
        session.execute(delete(schema.reviews).where(schema.reviews.c.pair == old))
        session.execute(update(schema.comments).where(schema.comments.c.pair == old).values(pair=new))
        commented = select(func.count()).where(schema.comments.c.pair == new).scalar_subquery()
        session.execute(update(schema.pairs).where(columns.id == new).values(comments=commented))
    for chunk in chunked(carried.changed):
        bump = columns.version + 1
        changed = update(schema.pairs).where(columns.id == bindparam("name"))
        session.connection().execute(
            changed.values(version=bump, text_version=bump), [{"name": name} for name in chunk]
        )
    followed = [new for old, new in carried.moved.items() if old in decided]
    for name in (*followed, *(decided & {*carried.changed, *carried.gone, *returned})):
        refresh_pair(session, name, bump=False)
    return ImportReport(
        run=run,
        pairs=pairs,
        new=len(carried.new),
        kept=len(carried.kept),
        changed=len(carried.changed),
        gone=len(carried.gone),
        moved=len(carried.moved),
        recheck=len(decided.intersection(carried.changed)),
        archived=len(decided.intersection(carried.gone)),
        decisions_kept=len(decided.intersection(carried.kept)) + len(followed),
    )


def _count_finding_pairs(session: Session) -> None:
    number = (
        select(func.count()).where(schema.pairs.c.finding == schema.findings.c.id).correlate(schema.findings)
    ).scalar_subquery()
    session.execute(update(schema.findings).values(pairs=number))


def _take_run(session: Session, folder: RunFolder, content: RunContent, moment: str, report: ImportReport) -> None:
    session.execute(update(schema.runs).values(is_current=False))
    sequence = session.execute(select(func.coalesce(func.max(schema.runs.c.sequence), 0))).scalar_one() + 1
    manifest = content.record.manifest
    put(
        session,
        schema.runs,
        [
            {
                "id": content.run,
                "sequence": sequence,
                "created_at": manifest.created_at,
                "imported_at": moment,
                "folder": str(folder.path.absolute()),
                "corpus": manifest.corpus,
                "is_current": True,
                "manifest": json.dumps(asdict(manifest), ensure_ascii=False),
                "report": json.dumps(asdict(report)),
            }
        ],
    )
    session.execute(delete(schema.rejected).where(schema.rejected.c.run == content.run))
    rows = [
        {"run": content.run, "path": one.path, "code": one.code, "reason": one.reason}
        for one in content.record.rejected
    ]
    if rows:
        session.execute(insert(schema.rejected), rows)
