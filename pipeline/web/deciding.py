"""A decision on its way from a form into the ledger, and what the person sees next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Form

from pipeline.domain import Outcome, Remedy
from pipeline.reference.criteria import load_criteria
from pipeline.store.database.decisions import DecisionRequest
from pipeline.store.database.people import Person
from pipeline.web.i18n import N_
from pipeline.web.review import Given

__all__ = ["LONGEST", "Sent", "problems_of", "request_of", "sent"]

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_REMEDIES = {remedy.value: remedy for remedy in Remedy}
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Sent:
    """What the form of a decision carries; ``instead`` is the button that puts a pair off."""

    pair: str
    version: int
    key: str
    queue: str
    outcome: str
    instead: str
    remedy: str
    reason: str
    adjudicates: bool
    kept: dict[str, str]

    @property
    def chosen(self) -> Outcome | None:
        """The outcome; a button that puts the pair off goes before a choice."""
        return _OUTCOMES.get(self.instead or self.outcome)

    @property
    def given(self) -> Given:
        """The fields, for showing them again."""
        return Given(self.outcome, self.remedy, self.reason)

    def again(self, version: int, key: str, adjudicates: bool = False) -> Sent:
        """The same decision on the pair as it is now."""
        return replace(self, version=version, key=key, adjudicates=adjudicates)


def sent(
    pair: Annotated[str, Form(max_length=200)],
    version: Annotated[int, Form(ge=0)],
    key: Annotated[str, Form(min_length=8, max_length=100)],
    queue: Annotated[str, Form(max_length=200)] = "",
    outcome: Annotated[str, Form(max_length=40)] = "",
    instead: Annotated[str, Form(max_length=40)] = "",
    remedy: Annotated[str, Form(max_length=40)] = "",
    reason: Annotated[str, Form(max_length=20000)] = "",
    adjudicates: Annotated[str, Form(max_length=3)] = "",
    keep: Annotated[str, Form(max_length=500)] = "",
) -> Sent:
    """The form as it arrived."""
    return Sent(
        pair, version, key, queue, outcome, instead, remedy, reason, adjudicates == "yes", dict(parse_qsl(keep))
    )


def problems_of(form: Sent) -> tuple[tuple[str, str], ...]:
    """What is wrong with a form: the field and a message."""
    found = []
    outcome = form.chosen
    if outcome is None:
        found.append(("outcome", N_("Choose one of the six outcomes, or postpone the pair.")))
    if form.remedy and form.remedy not in _REMEDIES:
        found.append(("remedy", N_("This action is not known.")))
    elif form.remedy and outcome is not None and outcome.is_final and not outcome.is_overlap:
        found.append(("remedy", N_("A proposed action goes with “Repeats” and “Overlaps in part” only.")))
    if form.adjudicates and not form.reason.strip():
        found.append(("reason", N_("Settling a disagreement needs a reason.")))
    if len(form.reason) > LONGEST:
        found.append(("reason", N_("The reason is too long.")))
    return tuple(found)


def request_of(form: Sent, person: Person, blind: bool) -> DecisionRequest:
    """The request to the ledger; call it for a form without problems."""
    outcome = form.chosen
    if outcome is None:
        raise ValueError("the form has no outcome")
    return DecisionRequest(
        pair=form.pair,
        person=person.id,
        role=person.role,
        outcome=outcome,
        version=form.version,
        key=form.key,
        remedy=_REMEDIES.get(form.remedy) if outcome.is_final else None,
        reason=form.reason,
        blind=blind,
        criteria=load_criteria("en").version,
        queue=form.queue or None,
        adjudicates=form.adjudicates,
    )
