"""What an operative clause asks for: action, claim of ownership, reporting duty, deadline."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import takewhile

from spacy.lang.en.stop_words import STOP_WORDS

from pipeline.domain import Part, plain_characters
from pipeline.match.tokens import WordedClause, words
from pipeline.reference import MandateWords, find_deadline, load_house_words, load_mandate_words, load_scoring

__all__ = ["Mandate", "contradict", "read_mandate", "same_unit"]

_FIRST_VERB = re.compile(
    r"(?:^(?:to\s+|that\s+)?|\bto\s+|\bshall\s+|\bshould\s+)"
    r"(?:\w+ly\s+|continue\s+(?:to\s+)?|also\s+|further\s+)*(?P<v>[a-z]+(?:ing)?)"
)
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
_DURATION = re.compile(r"(?P<n>\d+|(?:[a-z]+[ -])?(?:[a-z]+ and )?[a-z]+)[ -](?P<unit>day|week|month|year)s?\b")


@dataclass(frozen=True, slots=True)
class Mandate:
    """``action`` is a class of the action table or ""; ``object`` its most telling words, ``deadline`` a year or None.

    ``reports_to`` names recipients when the clause demands a report, ``cycle`` how often; ``exclusive`` is true when it
    claims the leading or only part; ``ends`` names the kept things, such as a register, that it stops. ``durations``
    are (unit, count) as in (year, 2).
    """

    action: str
    object: frozenset[str]
    offices: frozenset[str]
    members: frozenset[str]
    partners: frozenset[str]
    exclusive: bool
    ends: frozenset[str]
    is_report: bool
    reports_to: frozenset[str]
    cycle: str
    deadline: int | None
    durations: frozenset[tuple[str, int]]
    text: str


def read_mandate(worded: WordedClause) -> Mandate:
    """The mandate of a clause, by words of the reference tables; empty fields where it says nothing."""
    table, scoring = load_mandate_words(), load_scoring()
    text = plain_characters(worded.clause.text).lower()
    action, ends = _action(text, table)
    actors = frozenset(worded.clause.actors)
    recipients = _recipients(text, table)
    is_report = _is_report(text, action, recipients, table)
    heaviest = sorted(
        {
            k: w
            for k, w in zip(worded.keys, worded.weights.tolist(), strict=True)
            if w >= scoring.words.floor and k not in table.actions
        }.items(),
        key=lambda kw: (-kw[1], kw[0]),
    )
    return Mandate(
        action=action,
        object=frozenset(k for k, _ in heaviest[: int(scoring.features.object_words)]),
        offices=actors - table.members - table.outside,
        members=actors & table.members,
        partners=frozenset(worded.clause.partners),
        exclusive=any(re.search(rf"\b{re.escape(p)}\b", text) for p in table.exclusive),
        ends=ends,
        is_report=is_report and worded.clause.part is not Part.PREAMBULAR,
        reports_to=recipients if is_report else frozenset(),
        cycle=_cycle(text, table),
        deadline=find_deadline(text),
        durations=_durations(text),
        text=text,
    )


def _durations(text: str) -> frozenset[tuple[str, int]]:
    found = set()
    for match in _DURATION.finditer(text):
        count = _count(match["n"])
        if count:
            found.add((match["unit"], count))
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


def contradict(left: Mandate, right: Mandate, *, figures_only: bool = False) -> str:
    """Why two mandates on one object cannot both be carried out, in words; "" when nothing says so.

    Args:
        left: one mandate.
        right: the other.
        figures_only: look at spans of time and dates alone, as for clauses of the same words.
    """
    if len(left.object & right.object) < load_scoring().features.object_least:
        return ""
    if not figures_only:
        if (left.exclusive or right.exclusive) and left.offices and right.offices and left.offices != right.offices:
            return "one names a single owner, the other another office"
        if _ends_what_the_other_keeps(left, right) or _ends_what_the_other_keeps(right, left):
            return "one ends what the other keeps going"
        if opposites := _opposites(left.text, right.text):
            return opposites
    for unit in {u for u, _ in left.durations} & {u for u, _ in right.durations}:
        here, there = {n for u, n in left.durations if u == unit}, {n for u, n in right.durations if u == unit}
        if not here & there:
            return f"{_told(here)} against {_told(there)} {unit}s"
    if left.deadline and right.deadline and left.deadline != right.deadline and left.action == right.action:
        return f"{left.deadline} against {right.deadline}"
    return ""


def _ends_what_the_other_keeps(ending: Mandate, other: Mandate) -> bool:
    return (
        bool(ending.ends)
        and not other.ends
        and bool(other.action)
        and bool(ending.offices | other.offices)
        and any(_word(thing).search(other.text) for thing in ending.ends)
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


def _recipients(text: str, table: MandateWords) -> frozenset[str]:
    return frozenset(r for r in table.report_recipients if r in text and _recipient(r).search(text))


@cache
def _recipient(name: str) -> re.Pattern[str]:
    named = re.escape(name)
    return re.compile(rf"\bto (?:the )?(?:itu )?[^,;]{{0,60}}\b{named}\b|\binform the [^,;]{{0,40}}\b{named}\b")


def _cycle(text: str, table: MandateWords) -> str:
    return next((c for c, cues in table.report_cycles.items() if any(q in text for q in cues)), "")


def _is_report(text: str, action: str, recipients: frozenset[str], table: MandateWords) -> bool:
    """Whether a clause lays down a duty to report: it says so, and names a recipient, a cycle, or the formula."""
    if action == "report" and recipients:
        return True
    due = bool(recipients) or bool(_cycle(text, table)) or any(f in text for f in table.report_formula)
    return due and bool(_reporting().search(text[: table.report_opening]))


@cache
def _reporting() -> re.Pattern[str]:
    table = load_mandate_words()

    def either(phrases: Iterable[str]) -> str:
        return f"(?:{'|'.join(map(re.escape, phrases))})"

    return re.compile(
        rf"(?:^(?:and )?|\b(?:to|shall|should)\s+(?:continue\s+to\s+|also\s+|\w+ly\s+)*)"
        rf"(?:{either(table.report_verbs)}\b|{either(table.report_handing)}\b[^;.]{{0,120}}?"
        rf"\b{either(table.report_documents)}\b)"
    )


def _told(counts: set[int]) -> str:
    return " or ".join(str(n) for n in sorted(counts))


def _action(text: str, table: MandateWords) -> tuple[str, frozenset[str]]:
    """The class of the first verb that has one, and the kept things that it ends.

    A verb of ending counts only when its object is something that an office keeps.
    """
    for match in list(_FIRST_VERB.finditer(text))[:3]:
        verb = match["v"]
        for form in (verb, verb.removesuffix("ing"), verb.removesuffix("ing") + "e", verb.removesuffix("s")):
            action = table.actions.get(form, "")
            ends = _ended(text[match.end() :], table) if action == "stop" else frozenset()
            if action and (action != "stop" or ends):
                return action, ends
    return "", frozenset()


def _ended(text: str, table: MandateWords) -> frozenset[str]:
    """The kept things among the words after a verb, up to a word or a sign that ends its reach."""
    found = set()
    for token in re.findall(r"[a-z-]+|[,;.:()]", text)[: table.reach]:
        if not token[0].isalpha() or token in table.borders:
            break
        found |= {thing for thing in table.kept_things if token in (thing, f"{thing}s")}
    return frozenset(found)


def same_unit(left: Mandate, right: Mandate) -> bool:
    """Whether the office of one is told by the other too, so that nobody else is addressed."""
    return (
        bool(left.offices) and bool(right.offices) and (left.offices <= right.offices or right.offices <= left.offices)
    )
