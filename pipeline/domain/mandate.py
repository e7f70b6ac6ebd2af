"""What an operative clause asks for: who, how strongly, what, for whom, by when and within which limits."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain.span import Span

__all__ = ["Action", "Force", "Mandate", "Phrase"]


class Force(StrEnum):
    """How strongly a clause binds, the strongest first."""

    INSTRUCT = "instruct"
    RESOLVE = "resolve"
    REQUEST = "request"
    URGE = "urge"
    INVITE = "invite"
    ENCOURAGE = "encourage"
    RECOMMEND = "recommend"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of a clause: ``text`` is ``clause.text`` in the range ``span``."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do.

    ``verb`` is as written, ``kind`` a class of the action table or "". ``object`` is the noun phrase that the action is
    about, without relative clauses, purposes and conditions; None where the clause names none.
    """

    verb: Phrase
    kind: str
    object: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Mandate:
    """The mandate of one operative clause; what it does not say is empty.

    ``actors`` are codes of those told or asked to act and ``partners`` of those they shall work with;
    ``split_by_sector`` is true when the text itself divides the work among several actors. ``actions`` stand in the
    order of the text. ``report`` is the duty to report, with codes of its recipients in ``reporting_to`` and its
    ``reporting_cycle`` (annual, biennial, next or ""). ``deadline`` is the year by which the mandate is due, stated by
    a date or by a conference. ``exclusive`` holds claims of the leading or only part, and ``ends`` the kept things,
    such as a register, that the mandate stops. ``named`` holds the codes of all whom the words of the clause name,
    told or not. ``irregular`` holds the actors whom the body is not expected to address
    so.
    """

    clause_id: str
    force: Force
    actors: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    split_by_sector: bool = False
    actions: tuple[Action, ...] = ()
    beneficiaries: tuple[str, ...] = ()
    report: Phrase | None = None
    reporting_to: tuple[str, ...] = ()
    reporting_cycle: str = ""
    deadline: int | None = None
    conditions: tuple[Phrase, ...] = ()
    exclusive: tuple[Phrase, ...] = ()
    ends: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    irregular: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The class of the first action that has one, or ""."""
        return next((action.kind for action in self.actions if action.kind), "")
