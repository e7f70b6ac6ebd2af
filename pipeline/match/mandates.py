"""Mandates side by side: what comparison adds to the mandate of a clause, and whether two contradict each other."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import takewhile

from pipeline.domain import Force, Mandate, plain_characters
from pipeline.match.signs import ClauseSigns, read_signs
from pipeline.match.stop_words import STOP_WORDS
from pipeline.match.tokens import WordedClause, words
from pipeline.reference import MandateWords, load_house_words, load_mandate_words, load_scoring, load_sign_words

__all__ = ["ComparedMandate", "action_agreement", "contradict", "read_mandate", "read_mandates", "same_unit"]

_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_NUMBERS = {word: n for n, word in enumerate(_UNITS)} | {word: 10 * n for n, word in enumerate(_TENS, 2)}
_DURATION = re.compile(
    r"(?P<n>\d+|(?:[a-z]+[ -])?(?:[a-z]+ and )?[a-z]+)[ -](?P<unit>minute|hour|day|week|month|year)s?\b"
)

# What a span of time cannot do without; looking for it alone takes a tenth of the time.
_UNIT_NAMED = re.compile(r"[ -](?:minute|hour|day|week|month|year)s?\b")
_EVERY = re.compile(r"\b(?:every|each|once in|once every) (?P<n>\d+|[a-z]+) (?P<unit>month|year)s\b")


@dataclass(frozen=True, slots=True)
class ComparedMandate:
    """The mandate of a clause with what only comparison needs.

    ``object`` holds the most telling words of the clause, ``offices`` and ``members`` the actors by their kind,
    ``durations`` are (unit, count) as in (year, 2), ``cycles`` say how often, in months, ``capped`` that this is the
    most allowed, ``signs`` what else bears on how it stands to others, ``words`` are all its normalised words and
    ``text`` is the clause in plain lower case. ``work`` is that of its text, ``cited_works`` those that its text cites.
    """

    mandate: Mandate
    object: frozenset[str]
    offices: frozenset[str]
    members: frozenset[str]
    durations: frozenset[tuple[str, int]]
    cycles: frozenset[int]
    capped: bool
    signs: ClauseSigns
    words: frozenset[str]
    text: str
    work: str
    cited_works: frozenset[str]

    @property
    def action(self) -> str:
        """Class of the first action that has one, or ""."""
        return self.mandate.kind

    @property
    def partners(self) -> frozenset[str]:
        """Codes of those to work with."""
        return frozenset(self.mandate.partners)

    @property
    def is_report(self) -> bool:
        """Whether the clause is first of all a duty to report: a later "and to report" belongs to another mandate."""
        report = self.mandate.report
        return report is not None and report.span.start < load_mandate_words().report_opening


def read_mandates(clauses: Iterable[WordedClause]) -> list[ComparedMandate]:
    """What comparison needs of many clauses, in their order; what those of one text have in common is held once."""
    cited: dict[int, frozenset[str]] = {}
    out = []
    for worded in clauses:
        text = worded.resolution
        if id(text) not in cited:
            cited[id(text)] = text.cited_works
        out.append(read_mandate(worded, cited[id(text)]))
    return out


def action_agreement(left: str, right: str) -> float:
    """How far two classes of action agree, in [0, 1]: one class is 1, kindred ones count in part, unnamed ones not."""
    if not left or not right:
        return 0.0
    if left == right:
        return 1.0
    return load_scoring().features.kin_action if frozenset({left, right}) in load_mandate_words().kin else 0.0


def read_mandate(worded: WordedClause, cited_works: frozenset[str] | None = None) -> ComparedMandate:
    """What comparison needs of a clause; one without a mandate, as in an annex, asks for nothing.

    Args:
        worded: the clause with its words.
        cited_works: those that its text cites, where they are known already.
    """
    table, scoring = load_mandate_words(), load_scoring()
    clause = worded.clause
    mandate = clause.mandate or Mandate(clause.id, Force.RESOLVE, clause.actors, clause.partners)
    text = plain_characters(clause.text).lower()
    actors = frozenset(mandate.actors)
    heaviest = sorted(
        {
            k: w
            for k, w in zip(worded.keys, worded.weights.tolist(), strict=True)
            if w >= scoring.words.floor and k not in table.actions
        }.items(),
        key=lambda kw: (-kw[1], kw[0]),
    )
    return ComparedMandate(
        mandate=mandate,
        object=frozenset(k for k, _ in heaviest[: int(scoring.features.object_words)]),
        offices=actors - table.members - table.outside,
        members=actors & table.members,
        durations=_durations(text),
        cycles=_cycles(text),
        capped=load_sign_words().caps.search(text) is not None,
        signs=read_signs(worded, mandate, text),
        words=frozenset(worded.keys),
        text=text,
        work=str(worded.resolution.id.work),
        cited_works=worded.resolution.cited_works if cited_works is None else cited_works,
    )


def _durations(text: str) -> frozenset[tuple[str, int]]:
    found: set[tuple[str, int]] = set()
    if _UNIT_NAMED.search(text) is None:
        return frozenset()
    for match in _DURATION.finditer(text):
        count = _count(match["n"])
        if count:
            found.add((match["unit"], count))
    return frozenset(found)


def _cycles(text: str) -> frozenset[int]:
    """How often something is to be done, in months; "every two years" gives 24."""
    found = {months for pattern, months in load_sign_words().cycles if pattern.search(text)}
    for match in _EVERY.finditer(text):
        if count := _count(match["n"]):
            found.add(count * (12 if match["unit"] == "year" else 1))
    return frozenset(found)


def _count(written: str) -> int:
    """A number in figures or in words up to the hundreds; 0 when it is none."""
    if written.isdigit():
        return int(written)
    total = 0
    for word in re.findall(r"[a-z]+", written):
        if word == "hundred":
            total = max(1, total) * 100
        elif word in _NUMBERS:
            total += _NUMBERS[word]
        elif word != "and":
            total = 0
    return total


def contradict(left: ComparedMandate, right: ComparedMandate, *, figures_only: bool = False) -> str:
    """Why two mandates on one object cannot both be carried out, in words; "" when nothing says so.

    Args:
        left: one mandate.
        right: the other.
        figures_only: look at spans of time and dates alone, as for clauses of the same words.
    """
    if len(left.object & right.object) < load_scoring().features.object_least:
        return ""
    if not figures_only:
        if (
            (left.mandate.exclusive or right.mandate.exclusive)
            and left.offices
            and right.offices
            and left.offices != right.offices
        ):
            return "one names a single owner, the other another office"
        if opposites := _opposites(left.text, right.text):
            return opposites
        if other := _decided_otherwise(left, right) or _ruled_out(left, right) or _ruled_out(right, left):
            return other
        if _ends_what_the_other_keeps(left, right) or _ends_what_the_other_keeps(right, left):
            return "one ends what the other keeps going"
    for unit in {u for u, _ in left.durations} & {u for u, _ in right.durations}:
        here, there = {n for u, n in left.durations if u == unit}, {n for u, n in right.durations if u == unit}
        if not here & there:
            return f"{_told(here)} against {_told(there)} {unit}s"
    if often := _too_often(left, right):
        return often
    due, other_due = left.mandate.deadline, right.mandate.deadline
    reports = left.is_report and right.is_report  # two bodies may each want its own report in its own year
    if due and other_due and due != other_due and left.action == right.action and not reports:
        return f"{due} against {other_due}"
    return ""


def _too_often(left: ComparedMandate, right: ComparedMandate) -> str:
    """Two intervals of which one breaks the other: the most allowed against a shorter one, or both for one office."""
    if not left.cycles or not right.cycles or left.cycles & right.cycles:
        return ""
    told = f"every {min(left.cycles)} months against every {min(right.cycles)}"
    broken = (left.capped and min(right.cycles) < min(left.cycles)) or (
        right.capped and min(left.cycles) < min(right.cycles)
    )
    return told if broken or (same_unit(left, right) and left.action == right.action != "") else ""


def _decided_otherwise(left: ComparedMandate, right: ComparedMandate) -> str:
    """Phrases that exclude each other, another answer to one question, or two who have the last word."""
    for place, (one, other) in left.signs.stances.items():
        first, second = right.signs.stances.get(place, ("", ""))
        for mine, yours in ((one, second), (other, first)):
            # A clause that says both is on neither side.
            if mine and yours and not (one and other) and not (first and second):
                return f"“{mine}” stands against “{yours}”"
    signs, others = left.signs, right.signs
    subject = min(len(signs.norm_subject), len(others.norm_subject))
    if (
        subject
        and len(signs.norm_subject & others.norm_subject) >= load_scoring().relations.norm_subject * subject
        and 0 < len(signs.norm_rest) <= load_scoring().relations.norm_words
        and 0 < len(others.norm_rest) <= load_scoring().relations.norm_words
        and not signs.norm_rest & others.norm_rest
    ):
        return f"{' '.join(sorted(signs.norm_rest))} against {' '.join(sorted(others.norm_rest))}"
    if signs.decider is not None and others.decider is not None and signs.decider != others.decider:
        return "each gives the last word to another"
    return ""


def _ruled_out(banning: ComparedMandate, other: ComparedMandate) -> str:
    """The words that one rules out and the other orders."""
    banned = banning.signs.banned
    ordered = banned & (other.words - other.signs.banned)
    scale = load_scoring().relations
    if len(ordered) >= scale.banned_words and len(ordered) >= scale.banned_share * len(banned):
        return f"one rules out what the other orders: {', '.join(sorted(ordered))}"
    return ""


def _ends_what_the_other_keeps(ending: ComparedMandate, other: ComparedMandate) -> bool:
    return (
        bool(ending.mandate.ends)
        and not other.mandate.ends
        and bool(other.action)
        and bool(ending.offices | other.offices)
        and any(_word(thing).search(other.text) for thing in ending.mandate.ends)
    )


def _opposites(left: str, right: str) -> str:
    """Two phrases that exclude each other, of which each text holds one and lacks the other."""
    table = load_mandate_words()
    for pair in (*table.opposites, *table.opposite_verbs):
        for one, other in (pair, pair[::-1]):
            if one not in left or other not in right:
                continue
            here, there = _word(one).search(left), _word(other).search(right)
            if not here or not there or _word(other).search(left) or _word(one).search(right):
                continue
            if pair in table.opposites or _after(left, here.end(), table) & _after(right, there.end(), table):
                return f"“{pair[0]}” stands against “{pair[1]}”"
    return ""


def _after(text: str, position: int, table: MandateWords) -> frozenset[str]:
    """The informative words that follow a verb, as far as it may reach."""
    following = takewhile(lambda w: w not in table.borders, words(text[position:])[0][: table.reach])
    house = load_house_words().words
    return frozenset(w for w in following if w not in STOP_WORDS and w not in house)


@cache
def _word(phrase: str) -> re.Pattern[str]:
    """A phrase as whole words, with the endings of a verb or a plural."""
    return re.compile(rf"(?<![\w-]){re.escape(phrase)}(?:s|d|ed)?(?![\w-])")


def _told(counts: set[int]) -> str:
    return " or ".join(str(n) for n in sorted(counts))


def same_unit(left: ComparedMandate, right: ComparedMandate) -> bool:
    """Whether the office of one is told by the other too, so that nobody else is addressed."""
    return (
        bool(left.offices) and bool(right.offices) and (left.offices <= right.offices or right.offices <= left.offices)
    )
