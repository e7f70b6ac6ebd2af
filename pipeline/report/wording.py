"""The words of the reports: neutral sentences for codes, bodies, score terms and those who would have to act."""

import re
from collections.abc import Sequence

from pipeline.domain import Adopter, Body, OverlapClass, Relation, Remedy, Sector, Standing
from pipeline.reference import load_themes

__all__ = [
    "CHANCE_LIMIT",
    "CHANCE_NOTE",
    "NOT_ALIGNED",
    "PROPOSAL_LABEL",
    "PROPOSAL_MEANING",
    "adopter",
    "advisory_group",
    "body_name",
    "capitalized",
    "chance",
    "cites_sentence",
    "closeness_label",
    "cluster_name",
    "counted",
    "folder_name",
    "listed",
    "meaning",
    "named",
    "named_body",
    "number",
    "relation_label",
    "sentence",
    "shown",
    "standing_name",
    "term_label",
    "theme_name",
]

_BODY_NAMES: dict[Adopter, str] = {
    Body.PP: "Plenipotentiary Conference",
    Body.COUNCIL: "Council",
    Body.RA: "Radiocommunication Assembly",
    Body.WRC: "World Radiocommunication Conference",
    Body.WTSA: "World Telecommunication Standardization Assembly",
    Body.WTDC: "World Telecommunication Development Conference",
    Body.WCIT: "World Conference on International Telecommunications",
    Body.WTPF: "World Telecommunication/ICT Policy Forum",
    Body.CONSTITUTION: "Constitution of the Union",
    Body.CONVENTION: "Convention of the Union",
    Body.GENERAL_RULES: "General Rules of the Union",
    Body.UNKNOWN: "unknown body",
}

_BASIC_TEXTS = frozenset({Body.CONSTITUTION, Body.CONVENTION, Body.GENERAL_RULES})

_ADVISORY_GROUPS = {Sector.R: "RAG", Sector.T: "TSAG", Sector.D: "TDAG"}

_MEANINGS = {
    Relation.REV: "Two editions of one work; a later edition replaces an earlier one.",
    Relation.PAR: "Working-method or structure texts that each Sector has by design.",
    Relation.BOIL: "What the texts share is mainly formula language that many texts carry.",
    Relation.CONF: (
        "The texts may contradict each other: one object appears to have different owners, actions, deadlines or "
        "recipients of reports."
    ),
    Relation.VERB: "One clause appears to repeat another nearly word for word.",
    Relation.SUB: "A mandate of one text appears to stand in the other already.",
    Relation.SAME_ACT: "The same action on the same object appears to be given to several offices.",
    Relation.SAME_REQ: "The same request appears to be made to members in more than one text.",
    Relation.STUDY: "Two Questions appear to cover the same ground.",
    Relation.REPORT: "Reports on one subject appear to be asked for more than once.",
    Relation.INTEG: "A Sector text cites the Plenipotentiary text and says how its own Sector carries it out.",
    Relation.COMP: "The texts divide the work or name each other as partners, with different actions.",
    Relation.THEME: "The texts deal with the same theme and ask for different things; they may be read together.",
    Relation.NONE: "The texts are unrelated.",
}

# A proposal beside the text that it is about; the relation between them is kept as that of two editions.
PROPOSAL_LABEL = "proposal on an adopted text"
PROPOSAL_MEANING = "A proposal beside the adopted text that it would change, leave or suppress; nothing is adopted yet."

# Names of relations that must not claim more than the software knows; all others keep their own.
_RELATION_LABELS = {Relation.CONF: "mandates that may contradict each other"}

# What the probabilities of this version are worth, in the reports of all formats; one place to change.
CHANCE_NOTE = "calibrated on labelled pairs"
NOT_ALIGNED = "not compared clause by clause"
CHANCE_LIMIT = (
    "Probabilities are calibrated on labelled pairs, of which two in five overlap. Among all pairs of a corpus "
    "overlaps are far rarer: read 0.9 as “more likely than 0.7”, not as “right nine times in ten”."
)

# A path that starts at the root of a machine.
_ABSOLUTE = re.compile(r"/|[A-Za-z]:[\\/]|~")

# A label that is but a row of words: "plans, financial, strategic".
_BARE_WORDS = re.compile(r"[\w'’-]+(?:, [\w'’-]+)+")

_STANDINGS = {
    Standing.IN_FORCE: "in force",
    Standing.SUPERSEDED: "superseded",
    Standing.PROPOSED: "proposed, not adopted",
    Standing.SUPPRESSED: "suppressed",
}

_CLOSENESS = {
    OverlapClass.VERBATIM: "Verbatim",
    OverlapClass.NEAR_VERBATIM: "Near-verbatim",
    OverlapClass.PARAPHRASE: "Paraphrase",
    OverlapClass.SAME_THEME: "Same theme in other words",
    OverlapClass.OTHER: "Other wording",
}

# Names of score terms that do not read well by themselves; every other name is printed with spaces.
_TERMS = {
    "label": "kind of relation",
    "strength": "nearness of the two texts as wholes",
    "coverage": "share of mandates with a counterpart",
    "similarity": "likeness of meaning",
    "actor_conflict": "different offices told to act",
    "theme_specificity": "how specific the theme is",
    "probability": "probability of the surest pair of clauses",
    "information": "how much the shared words say",
    "cross_sector": "texts of different Sectors",
    "not_cited": "neither text cites the other",
    "effort_saved": "work that one text could spare",
    "same_family": "lowered, for another finding of the same template stands above",
    "not_in_force": "lowered, for a text is not in force",
    "different_themes": "lowered, for the texts as wholes treat different themes",
    "divided_labour": "lowered, for one text cites the other and the work seems divided",
}


def body_name(body: Adopter) -> str:
    """Full name of a body, without its article; organs of other organisations by their label."""
    return _BODY_NAMES.get(body, body.label)


def meaning(relation: Relation) -> str:
    """One neutral sentence that says what a relation is."""
    return _MEANINGS[relation]


def relation_label(relation: Relation) -> str:
    """The name of a relation for people, hedged where the plain one would be a verdict."""
    return _RELATION_LABELS.get(relation, relation.label)


def closeness_label(closeness: OverlapClass) -> str:
    """The class of the wording of two clauses, for people."""
    return _CLOSENESS[closeness]


def named(citation: str, body: Adopter) -> str:
    """A citation that says who adopted the text: ``PP Resolution 901 (Rev. Dubai, 2018)``."""
    names = "|".join(map(re.escape, (body.label, body_name(body), "ITU")))
    known = body is Body.UNKNOWN or re.search(rf"(?<![^\W\d_])(?:{names})(?![^\W\d_])", citation, re.IGNORECASE)
    return citation if known else f"{body.label} {citation}"


def named_body(name: str, label: str) -> str:
    """A body with its short name, where that is another one: ``World … Conference (WTDC)``, ``Council``."""
    return name if name.casefold() == label.casefold() else f"{name} ({label})"


def folder_name(path: str) -> str:
    """The last name of a path, so that no report tells where a corpus lies on somebody's machine."""
    return next((part for part in reversed(re.split(r"[\\/]+", path)) if part not in ("", ".", "..")), "this folder")


def cluster_name(label: str, theme: str = "") -> str:
    """The name of a group of clauses: its theme with its telling words; a mere row of words is called that."""
    if theme:
        return f"{theme} ({label})" if label else theme
    return f"words in common: {label}" if _BARE_WORDS.fullmatch(label) else label


def theme_name(code: str) -> str:
    """The name of a theme for people, "" where the table of themes has none of this code."""
    return next((theme.label for theme in load_themes().themes if theme.code == code), "")


def shown(value: float | str) -> str:
    """A fact of the manifest: counts in groups, numbers without a tail of digits, of a path the last name alone."""
    if isinstance(value, str):
        return folder_name(value) if _ABSOLUTE.match(value) else value
    return number(value) if isinstance(value, int) else f"{value:.4g}"


def standing_name(standing: Standing) -> str:
    """A standing in words."""
    return _STANDINGS[standing]


def term_label(name: str) -> str:
    """A part or factor of a score in words."""
    key = name.casefold().replace("-", "_").replace(" ", "_")
    return _TERMS.get(key, name.replace("_", " ").replace("-", " "))


def advisory_group(body: Adopter) -> str:
    """The advisory group of the Sector whose texts a body adopts; "" for bodies of the Union as a whole."""
    return _ADVISORY_GROUPS.get(body.sector, "")


def cites_sentence(cites: str, a: str, b: str) -> str:
    """Who cites whom, in words, for the codes of ``ResolutionPair.cites``."""
    return {
        "a": f"{a} cites {b}.",
        "b": f"{b} cites {a}.",
        "both": "The two texts cite each other.",
    }.get(cites, "Neither text cites the other.")


def chance(probability: float) -> str:
    """A probability with two digits that never claims certainty: ``0.87``, ``above 0.99``, ``below 0.01``."""
    if probability >= 0.995:
        return "above 0.99"
    return "below 0.01" if probability < 0.005 else f"{probability:.2f}"


def capitalized(text: str) -> str:
    """The text with a capital first letter and the rest as it is."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """A remark as a sentence: with its capital, unless it opens with an identifier, and its full stop."""
    text = text.strip()
    first = text.partition(" ")[0]
    return (text if "/" in first else capitalized(text)) + ("" if not text or text[-1] in ".!?…" else ".")


def listed(names: Sequence[str]) -> str:
    """Names in a row: ``F1, F2 and F4``."""
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)


def number(value: int) -> str:
    """A count in groups of three digits, the one way in which all reports print it: ``12 480``."""
    return f"{value:,}".replace(",", "\u202f")


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun in the right form, digits in groups of three: ``1 finding``, ``12 480 findings``."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def adopter(remedy: Remedy, a: Adopter, b: Adopter) -> str:
    """Who would have to adopt a remedy for two texts of these bodies; no text is ever changed by anyone else."""
    if remedy in (Remedy.SUPPRESS, Remedy.TRIM):
        return _yielding(a, b)
    if remedy in (Remedy.MERGE, Remedy.ALIGN):
        return _both(a, b)
    if remedy is Remedy.LEAD:
        return f"{_both(a, b)}{_groups(a, b, '; for work inside a Sector, ')}"
    if remedy is Remedy.JOINT:
        return f"the study groups concerned, on the advice of the ISCG{_groups(a, b, ', with ')}"
    if remedy is Remedy.TRANSFER:
        return f"{_both(a, b)}{_groups(a, b, ', with ')}"
    if remedy is Remedy.CONSOLIDATE_REPORT:
        council = "" if Body.COUNCIL in (a, b) else "; the Council, where a report goes to it"
        return f"{_both(a, b)}{council}"
    return "nobody; both texts stay, and the reason is recorded"


def _yielding(a: Adopter, b: Adopter) -> str:
    """The body of the text with the lower authority; both where they are equal."""
    if a.authority == b.authority:
        return _one(a) if a is b else f"{_one(a)} or {_one(b)}, each for its own text"
    return _one(max(a, b, key=lambda body: body.authority))


def _both(a: Adopter, b: Adopter) -> str:
    return _one(a) if a is b else f"{_one(a)} and {_one(b)}, each for its own text"


def _one(body: Adopter) -> str:
    if body is Body.UNKNOWN:
        return "the body that adopted the text"
    return "the Plenipotentiary Conference" if body in _BASIC_TEXTS else f"the {body_name(body)}"


def _groups(a: Adopter, b: Adopter, joint: str) -> str:
    groups = sorted({advisory_group(a), advisory_group(b)} - {""})
    return f"{joint}{' and '.join(groups)}" if groups else ""
