"""The words that people read for the values of the domain, marked for translation.

Each mapping and function gives an English message; templates translate it with the filter ``said``.
"""

from collections.abc import Mapping

from pipeline.domain import Outcome, OverlapClass, PairState, QueueOrder, Relation, Remedy, Role
from pipeline.web.i18n import N_

__all__ = [
    "CLASSES",
    "DIFFERENCES",
    "DIGITS",
    "EVENTS",
    "HINTS",
    "MEANINGS",
    "ORDERS",
    "OUTCOMES",
    "QUEUES",
    "RELATED",
    "RELATIONS",
    "REMEDIES",
    "ROLES",
    "STATES",
]

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.REPEATS: N_("Repeats"),
    Outcome.OVERLAPS_IN_PART: N_("Overlaps in part"),
    Outcome.IMPLEMENTS: N_("Implements the Plenipotentiary text"),
    Outcome.STANDARD_TEXT: N_("Standard or cited text"),
    Outcome.SAME_THEME: N_("Same theme, different scope"),
    Outcome.UNRELATED: N_("Unrelated"),
    Outcome.POSTPONED: N_("Postponed"),
    Outcome.NEEDS_EXPERT: N_("Needs an expert"),
}

# One line below the name of each outcome, so that two people mean the same by it.
HINTS: Mapping[Outcome, str] = {
    Outcome.REPEATS: N_("Both give the same mandate: one could go without loss."),
    Outcome.OVERLAPS_IN_PART: N_("Part of one mandate stands in the other."),
    Outcome.IMPLEMENTS: N_(
        "A Sector carries out what the Plenipotentiary Conference decided; this is as it should be."
    ),
    Outcome.STANDARD_TEXT: N_("The common words are a formula, a title or a quotation."),
    Outcome.SAME_THEME: N_("One subject, different tasks."),
    Outcome.UNRELATED: N_("They only sound alike."),
}

# The keys that choose an outcome.
DIGITS: Mapping[Outcome, str] = dict(zip(HINTS, "123456", strict=True))

STATES: Mapping[PairState, str] = {
    PairState.OPEN: N_("open"),
    PairState.POSTPONED: N_("postponed"),
    PairState.NEEDS_EXPERT: N_("needs an expert"),
    PairState.RECHECK: N_("to re-check"),
    PairState.DISPUTED: N_("disputed"),
    PairState.DECIDED: N_("decided"),
    PairState.ARCHIVED: N_("archived"),
}

CLASSES: Mapping[OverlapClass, str] = {
    OverlapClass.VERBATIM: N_("verbatim"),
    OverlapClass.NEAR_VERBATIM: N_("near-verbatim"),
    OverlapClass.PARAPHRASE: N_("paraphrase"),
    OverlapClass.SAME_THEME: N_("same theme"),
    OverlapClass.OTHER: N_("other"),
}

RELATIONS: Mapping[Relation, str] = {
    Relation.REV: N_("edition of the same text"),
    Relation.PAR: N_("parallel by design"),
    Relation.BOIL: N_("formula language"),
    Relation.CONF: N_("mandates that may contradict each other"),
    Relation.VERB: N_("verbatim carry-over"),
    Relation.SUB: N_("mandate already in the other text"),
    Relation.SAME_ACT: N_("same mandate to several offices"),
    Relation.SAME_REQ: N_("same request to members"),
    Relation.STUDY: N_("overlapping Questions"),
    Relation.REPORT: N_("duplicated reporting"),
    Relation.INTEG: N_("implements the Plenipotentiary text"),
    Relation.COMP: N_("complementary"),
    Relation.THEME: N_("same theme"),
    Relation.NONE: N_("unrelated"),
}

MEANINGS: Mapping[Relation, str] = {
    Relation.REV: N_("Two editions of one work; a later edition replaces an earlier one."),
    Relation.PAR: N_("Working-method or structure texts that each Sector has by design."),
    Relation.BOIL: N_("What the texts share is mainly formula language that many texts carry."),
    Relation.CONF: N_("One object appears to have different owners, actions, deadlines or recipients of reports."),
    Relation.VERB: N_("One clause appears to repeat the other nearly word for word."),
    Relation.SUB: N_("A mandate of one text appears to stand in the other already."),
    Relation.SAME_ACT: N_("The same action on the same object appears to be given to several offices."),
    Relation.SAME_REQ: N_("The same request appears to be made to members in more than one text."),
    Relation.STUDY: N_("Two Questions appear to cover the same ground."),
    Relation.REPORT: N_("Reports on one subject appear to be asked for more than once."),
    Relation.INTEG: N_("A Sector text cites the Plenipotentiary text and says how its own Sector carries it out."),
    Relation.COMP: N_("The texts divide the work or name each other as partners, with different actions."),
    Relation.THEME: N_("The texts deal with the same theme and ask for different things; they may be read together."),
    Relation.NONE: N_("The texts are unrelated."),
}

REMEDIES: Mapping[Remedy, str] = {
    Remedy.SUPPRESS: N_("Abrogate the Sector text"),
    Remedy.TRIM: N_("Replace the repeated passages by one reference"),
    Remedy.MERGE: N_("Join two texts of one body"),
    Remedy.LEAD: N_("Name a lead Sector or lead group"),
    Remedy.JOINT: N_("Joint activity or liaison, no text change"),
    Remedy.ALIGN: N_("Harmonize wording or procedure"),
    Remedy.TRANSFER: N_("Move a Question or an activity"),
    Remedy.CONSOLIDATE_REPORT: N_("One report instead of several"),
    Remedy.KEEP: N_("Keep both, and record why"),
}

ROLES: Mapping[Role, str] = {
    Role.VIEWER: N_("viewer"),
    Role.ANALYST: N_("analyst"),
    Role.REVIEWER: N_("reviewer"),
    Role.FOCAL_POINT: N_("focal point"),
    Role.EDITOR: N_("editor"),
    Role.PUBLISHER: N_("publisher"),
    Role.ADMIN: N_("administrator"),
    Role.SERVICE: N_("service"),
}

ORDERS: Mapping[QueueOrder, str] = {
    QueueOrder.RANK: N_("by rank"),
    QueueOrder.LEARNED: N_("by what was learned from decisions"),
    QueueOrder.UNCERTAIN: N_("where a decision teaches most"),
    QueueOrder.AUDIT: N_("random audit sample"),
}

RELATED: Mapping[str, str] = {
    "family": N_("has the same words"),
    "left": N_("has the left clause"),
    "right": N_("has the right clause"),
    "finding": N_("stands between the same two texts"),
}

# The sentences by which a comparison tells its differences.
DIFFERENCES = (
    N_("reworded: “%(left)s” becomes “%(right)s”"),
    N_("punctuation: “%(left)s” becomes “%(right)s”"),
    N_("added: “%(right)s” after “%(after)s”"),
    N_("added at the beginning: “%(right)s”"),
    N_("removed: “%(left)s” after “%(after)s”"),
    N_("removed at the beginning: “%(left)s”"),
    N_("moved: “%(left)s” from after “%(after)s” to after “%(to)s”"),
    N_("moved: “%(left)s” from the beginning to after “%(to)s”"),
    N_("moved: “%(left)s” from after “%(after)s” to the beginning"),
)

EVENTS: Mapping[str, str] = {
    "blind-lifted": N_("looked behind a blind first pass"),
    "bulk": N_("decided several pairs at once"),
    "bulk-undone": N_("took back what was decided at once"),
    "cluster-member-in": N_("put a passage back into a cluster"),
    "cluster-member-out": N_("took a passage out of a cluster"),
    "cluster-renamed": N_("renamed a cluster"),
    "comment": N_("commented on a pair"),
    "decision": N_("decided a pair"),
    "decisions-imported": N_("brought in decisions of an export"),
    "password-changed": N_("changed a password"),
    "person-added": N_("added a person"),
    "person-changed": N_("changed a person"),
    "queue-closed": N_("closed a queue"),
    "queue-defined": N_("defined a queue"),
    "reading-fault": N_("reported a document that was read wrong"),
    "refit": N_("learned from the decisions"),
    "run-imported": N_("took over a run"),
    "undo": N_("took a decision back"),
}

# Titles of the queues that every database has.
QUEUES = (
    N_("All findings by rank"),
    N_("Most likely overlaps first"),
    N_("Most instructive first"),
    N_("Random audit sample"),
)
