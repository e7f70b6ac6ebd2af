"""The exchange form of a resolution: one JSON object, as printed by ``overlap extract --json``."""

from pipeline.domain import Mandate, Phrase, QuestionId, Resolution

__all__ = ["to_exchange"]


def to_exchange(resolution: Resolution) -> dict[str, object]:
    """The resolution as plain JSON values; ``overlap run`` reads the same form, one object a line."""
    identifier = resolution.id
    number = (
        f"{identifier.number}/{identifier.study_group}" if isinstance(identifier, QuestionId) else identifier.number
    )
    return {
        "id": str(identifier),
        "body": identifier.body.value,
        "type": identifier.type.value,
        "number": number,
        "edition": identifier.edition,
        "title": resolution.title,
        "language": resolution.language,
        "number_line": resolution.number_line,
        "standing": resolution.standing.value,
        "marker": resolution.marker,
        "reasons": resolution.reasons,
        "amends": resolution.amends,
        "sections": [
            {
                "call": section.call,
                "slug": section.slug,
                "part": section.part.value,
                "annex": section.annex,
                "clauses": [
                    {
                        "id": clause.id,
                        "part": clause.part.value,
                        "call": clause.call,
                        "label": clause.label,
                        "text": clause.text,
                        "span": [clause.span.start, clause.span.end],
                        "page": clause.page,
                        "actors": list(clause.actors),
                        "partners": list(clause.partners),
                        "mandate": None if clause.mandate is None else _mandate(clause.mandate),
                    }
                    for clause in section.clauses
                ],
            }
            for section in resolution.sections
        ],
        "citations": [
            {
                "kind": citation.kind.value,
                "text": citation.text,
                "span": [citation.span.start, citation.span.end],
                "target": citation.target,
                "rule": citation.rule,
                "clause": citation.clause,
            }
            for citation in resolution.citations
        ],
        "notices": [{"code": notice.code, "message": notice.message} for notice in resolution.notices],
    }


def _mandate(mandate: Mandate) -> dict[str, object]:
    """A mandate without what its clause states already; phrases with their places in the text of the clause."""
    return {
        "force": mandate.force.value,
        "split_by_sector": mandate.split_by_sector,
        "actions": [
            {
                "verb": _phrase(action.verb),
                "kind": action.kind,
                "object": None if action.object is None else _phrase(action.object),
            }
            for action in mandate.actions
        ],
        "beneficiaries": list(mandate.beneficiaries),
        "report": None if mandate.report is None else _phrase(mandate.report),
        "reporting_to": list(mandate.reporting_to),
        "reporting_cycle": mandate.reporting_cycle,
        "deadline": mandate.deadline,
        "conditions": [_phrase(condition) for condition in mandate.conditions],
        "exclusive": [_phrase(claim) for claim in mandate.exclusive],
        "ends": list(mandate.ends),
        "irregular": list(mandate.irregular),
    }


def _phrase(phrase: Phrase) -> dict[str, object]:
    return {"text": phrase.text, "span": [phrase.span.start, phrase.span.end]}
