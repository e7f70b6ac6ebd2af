"""Clusters: how pages list them, and what people change about them by lines of the ledger."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, func, or_, select, update
from sqlalchemy.orm import Session

from pipeline.domain import PairState, Role
from pipeline.errors import ForbiddenError, UnknownIdentifierError, UsageError
from pipeline.review import clause_series
from pipeline.review.claims import stamp
from pipeline.store.database.listing import pair_rows_of
from pipeline.store.database.paging import Key, fetch_page
from pipeline.store.database.recording import add_event
from pipeline.store.database.schema import clauses, clusters, pairs, resolutions, texts
from pipeline.store.database.views import Count, Page, PairRow, Viewer
from pipeline.store.database.writing import Row

__all__ = [
    "LONGEST_NAME",
    "ClusterDetail",
    "ClusterMember",
    "ClusterRow",
    "as_people_left",
    "cluster_detail",
    "cluster_row",
    "count_clusters",
    "list_clusters",
    "rename_cluster",
    "set_member",
]

LONGEST_NAME = 120
_PAIRS_OF_CLUSTER = 500


@dataclass(frozen=True, slots=True)
class ClusterRow:
    """Clauses that say the same; ``successor`` is where the members of a cluster went that is no more.

    ``size`` counts the members without those that people took out.
    """

    id: str
    label: str
    theme: str
    size: int
    bodies: tuple[str, ...]
    present: bool
    successor: str | None


@dataclass(frozen=True, slots=True)
class ClusterMember:
    """One clause of a cluster; ``excluded`` when a person took it out."""

    clause: str
    resolution: str
    citation: str
    text: str
    body: str
    sector: str
    language: str
    excluded: bool


@dataclass(frozen=True, slots=True)
class ClusterDetail:
    """A cluster with its members in the order of Sector, body and identifier, and the pairs among them by rank.

    ``former`` are the names that it bore before people renamed it, the newest first; ``merged`` the clusters of
    earlier runs most of whose members it has now.
    """

    row: ClusterRow
    medoid: str | None
    remedies: tuple[tuple[str, str], ...]
    members: tuple[ClusterMember, ...]
    pairs: tuple[PairRow, ...]
    former: tuple[str, ...]
    merged: tuple[str, ...]


def list_clusters(session: Session, *, after: str | None = None, limit: int = 50) -> Page[ClusterRow]:
    """One page of the clusters of the current run, the largest first."""
    query = select(clusters).where(clusters.c.present)
    key = Key((clusters.c.size, clusters.c.id), descending=True)
    return fetch_page(session, query, key, after, limit, lambda rows: [_cluster(r._mapping) for r in rows])


def count_clusters(session: Session) -> Count:
    """How many clusters the current run has."""
    number = session.execute(select(func.count()).select_from(clusters).where(clusters.c.present)).scalar_one()
    return Count(number, exact=True)


def cluster_row(session: Session, name: str) -> ClusterRow:
    """A cluster without its members.

    Raises:
        UnknownIdentifierError: there never was one.
    """
    return _cluster(_row(session, name))


def cluster_detail(session: Session, name: str, viewer: Viewer | None = None) -> ClusterDetail:
    """A cluster by its identifier; one that is no more keeps the members that it last had.

    Raises:
        UnknownIdentifierError: there never was one.
    """
    row = _row(session, name)
    excluded = set(json.loads(row["excluded"]))
    query = (
        select(clauses, resolutions.c.body, resolutions.c.sector, texts.c.text)
        .join(resolutions, resolutions.c.id == clauses.c.resolution)
        .join(texts, texts.c.digest == clauses.c.digest)
        .where(clauses.c.id.in_(json.loads(row["members"])))
        .order_by(resolutions.c.sector, resolutions.c.body, clauses.c.id)
    )
    members = tuple(
        ClusterMember(
            clause=one["id"],
            resolution=one["resolution"],
            citation=one["citation"],
            text=one["text"],
            body=one["body"],
            sector=one["sector"],
            language=one["language"],
            excluded=one["series"] in excluded,
        )
        for one in session.execute(query).mappings()
    )
    out = [member.clause for member in members if member.excluded]
    held = select(pairs.c.id).where(
        pairs.c.cluster == name,
        pairs.c.state != PairState.ARCHIVED.value,
        pairs.c.left_clause.not_in(out),
        pairs.c.right_clause.not_in(out),
    )
    names = list(session.execute(held.order_by(pairs.c.rank).limit(_PAIRS_OF_CLUSTER)).scalars())
    merged = select(clusters.c.id).where(clusters.c.successor == name, ~clusters.c.present).order_by(clusters.c.id)
    return ClusterDetail(
        row=_cluster(row),
        medoid=row["medoid"],
        remedies=tuple((one[0], one[1]) for one in json.loads(row["remedies"])),
        members=members,
        pairs=pair_rows_of(session, names, viewer),
        former=tuple(reversed(json.loads(row["former"]))),
        merged=tuple(session.execute(merged).scalars()),
    )


def rename_cluster(session: Session, name: str, label: str, person: str, role: Role, now: datetime) -> bool:
    """Give a cluster a name, which later runs keep; its former name gives it back. False when it bears it already.

    Raises:
        ForbiddenError: the role does not allow it.
        UnknownIdentifierError: there is no such cluster.
        UsageError: the name is empty or longer than ``LONGEST_NAME`` characters.
    """
    row = _to_change(session, name, role)
    label = " ".join(label.split())
    if not label or len(label) > LONGEST_NAME:
        raise UsageError(f"the name of a cluster has 1 to {LONGEST_NAME} characters")
    if label == row["label"]:
        return False
    former = [one for one in json.loads(row["former"]) if one not in (label, row["label"])] + [row["label"]]
    changed = {"label": label, "former": json.dumps(former, ensure_ascii=False)}
    session.execute(update(clusters).where(clusters.c.id == name).values(changed))
    body = {"label": label, "before": row["label"]}
    add_event(
        session,
        "cluster-renamed",
        at=stamp(now),
        actor=person,
        role=role.value,
        subject=name,
        run=row["run"],
        body=body,
    )
    return True


def set_member(
    session: Session, name: str, clause: str, *, excluded: bool, person: str, role: Role, now: datetime
) -> bool:
    """Take a clause out of a cluster or put it back; later runs remember it. False when it is so already.

    Raises:
        ForbiddenError: the role does not allow it.
        UnknownIdentifierError: there is no such cluster, or the clause is no member of it.
    """
    row = _to_change(session, name, role)
    members = json.loads(row["members"])
    if clause not in members:
        raise UnknownIdentifierError(f"{clause!r} is no member of the cluster {name!r}")
    out, series = set(json.loads(row["excluded"])), clause_series(clause)
    if (series in out) == excluded:
        return False
    out ^= {series}
    changed = {
        "excluded": json.dumps(sorted(out)),
        "size": sum(clause_series(member) not in out for member in members),
    }
    session.execute(update(clusters).where(clusters.c.id == name).values(changed))
    add_event(
        session,
        "cluster-member-out" if excluded else "cluster-member-in",
        at=stamp(now),
        actor=person,
        role=role.value,
        subject=name,
        run=row["run"],
        body={"clause": clause},
    )
    return True


def as_people_left(session: Session, rows: Iterable[Row], successors: Mapping[str, str | None]) -> Iterator[Row]:
    """Rows of the clusters of a new run with the names that people gave and without the members that they took out.

    A member that was taken out of a cluster that merges into another stays out of that one too.

    Args:
        session: of a transaction that writes.
        rows: the clusters of the run under their lasting identifiers.
        successors: for each cluster that is no more, the one that most of its members went to.
    """
    columns = clusters.c
    changed = or_(columns.former != "[]", columns.excluded != "[]")
    query = select(columns.id, columns.label, columns.former, columns.excluded).where(changed)
    held = {row.id: row for row in session.execute(query)}
    brought: dict[str, set[str]] = defaultdict(set)
    for old, heir in successors.items():
        if heir is not None and old in held:
            brought[heir].update(json.loads(held[old].excluded))
    for row in rows:
        before = held.get(row["id"])
        present = {clause_series(member) for member in json.loads(row["members"])}
        out = set(json.loads(before.excluded)) if before is not None else set()
        out |= brought[row["id"]] & present
        row["excluded"] = json.dumps(sorted(out))
        row["size"] = sum(clause_series(member) not in out for member in json.loads(row["members"]))
        row["label"] = before.label if before is not None and before.former != "[]" else row["label"]
        yield row


def _to_change(session: Session, name: str, role: Role) -> RowMapping:
    if not role.may_decide:
        raise ForbiddenError("your role reads clusters but does not change them")
    return _row(session, name)


def _row(session: Session, name: str) -> RowMapping:
    row = session.execute(select(clusters).where(clusters.c.id == name)).mappings().first()
    if row is None:
        raise UnknownIdentifierError(f"there is no cluster {name!r}")
    return row


def _cluster(row: RowMapping) -> ClusterRow:
    names = set(ClusterRow.__dataclass_fields__) - {"bodies"}
    return ClusterRow(**{name: row[name] for name in names}, bodies=tuple(json.loads(row["bodies"])))
