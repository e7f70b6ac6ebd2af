"""The exchange form of a resolution: one JSON object, as printed by ``overlap extract --json``."""

from pipeline.domain import QuestionId, Resolution

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
