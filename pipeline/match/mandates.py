"""What an operative clause asks for: action, claim of ownership, reporting duty, deadline."""

import re
from dataclasses import dataclass

from pipeline.domain import Part, plain_characters
from pipeline.match.tokens import WordedClause
from pipeline.reference import find_deadline, load_mandate_words

__all__ = ["Mandate", "contradict", "read_mandate", "same_unit"]

_FIRST_VERB = re.compile(
    r"(?:^(?:to\s+|that\s+)?|\bto\s+|\bshall\s+|\bshould\s+)"
    r"(?:\w+ly\s+|continue\s+(?:to\s+)?|also\s+|further\s+)*(?P<v>[a-z]+(?:ing)?)"
)
_NUMBERS = {
    word: n
    for n, word in enumerate(
        [
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
        ]
    )
} | {
    word: n
    for n, word in zip(
        range(20, 100, 10), ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], strict=True
    )
}
_DURATION = re.compile(r"(?P<n>\d+|(?:[a-z]+[ -])?(?:[a-z]+ and )?[a-z]+)[ -](?P<unit>day|week|month|year)s?\b")
_MEMBERS = frozenset({"ms", "sm", "assoc", "academia"})


@dataclass(frozen=True, slots=True)
class Mandate:
    """``action`` is a class of the action table or ""; ``object`` its most telling words, ``deadline`` a year or None.

    ``reports_to`` names recipients when the clause demands a report, ``cycle`` how often; ``exclusive`` is true when it
    claims the leading or only part, ``ends`` when it stops something. ``durations`` are (unit, count) as in (year, 2).
    """

    action: str
    object: frozenset[str]
    offices: frozenset[str]
    members: frozenset[str]
    partners: frozenset[str]
    exclusive: bool
    ends: bool
    is_report: bool
    reports_to: frozenset[str]
    cycle: str
    deadline: int | None
    durations: frozenset[tuple[str, int]]
    text: str


def read_mandate(worded: WordedClause) -> Mandate:
    """The mandate of a clause, by words of the reference tables; empty fields where it says nothing."""
    table = load_mandate_words()
    text = plain_characters(worded.clause.text).lower()
    action = _action(text, table.actions)
    actors = frozenset(worded.clause.actors)
    recipients = frozenset(
        r
        for r in table.report_recipients
        if re.search(rf"\bto (?:the )?(?:itu )?[^,;]{{0,60}}\b{re.escape(r)}\b", text)
    )
    recipients |= frozenset(
        r for r in table.report_recipients if re.search(rf"\binform the [^,;]{{0,40}}\b{re.escape(r)}\b", text)
    )
    is_report = (action == "report" and bool(recipients)) or any(v in text[:80] for v in table.report_verbs)
    heaviest = sorted(
        {
            k: w
            for k, w in zip(worded.keys, worded.weights.tolist(), strict=True)
            if w >= 0.3 and k not in table.actions
        }.items(),
        key=lambda kw: (-kw[1], kw[0]),
    )
    return Mandate(
        action=action,
        object=frozenset(k for k, _ in heaviest[:10]),
        offices=actors - _MEMBERS - {"external"},
        members=actors & _MEMBERS,
        partners=frozenset(worded.clause.partners),
        exclusive=any(re.search(rf"\b{re.escape(p)}\b", text) for p in table.exclusive),
        ends=action == "stop",
        is_report=is_report and worded.clause.part is not Part.PREAMBULAR,
        reports_to=recipients if is_report else frozenset(),
        cycle=next((c for c, cues in table.report_cycles.items() if any(q in text for q in cues)), ""),
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


def contradict(left: Mandate, right: Mandate) -> str:
    """Why two mandates on one object cannot both be carried out, in words; "" when nothing says so."""
    if len(left.object & right.object) < 2:
        return ""
    if (left.exclusive or right.exclusive) and left.offices and right.offices and left.offices != right.offices:
        return "one names a single owner, the other another office"
    if left.ends != right.ends and left.action and right.action and left.offices | right.offices:
        return "one ends what the other keeps going"
    for one, other in load_mandate_words().opposites:
        if (one in left.text and other in right.text) or (other in left.text and one in right.text):
            return f"“{one}” stands against “{other}”"
    for unit in {u for u, _ in left.durations} & {u for u, _ in right.durations}:
        here, there = {n for u, n in left.durations if u == unit}, {n for u, n in right.durations if u == unit}
        if not here & there:
            return f"{_told(here)} against {_told(there)} {unit}s"
    if left.deadline and right.deadline and left.deadline != right.deadline and left.action == right.action:
        return f"{left.deadline} against {right.deadline}"
    return ""


def _told(counts: set[int]) -> str:
    return " or ".join(str(n) for n in sorted(counts))


def _action(text: str, actions: dict[str, str]) -> str:
    for match in list(_FIRST_VERB.finditer(text))[:3]:
        verb = match["v"]
        for form in (verb, verb.removesuffix("ing"), verb.removesuffix("ing") + "e", verb.removesuffix("s")):
            if form in actions:
                return actions[form]
    return ""


def same_unit(left: Mandate, right: Mandate) -> bool:
    """Whether the office of one is told by the other too, so that nobody else is addressed."""
    return (
        bool(left.offices) and bool(right.offices) and (left.offices <= right.offices or right.offices <= left.offices)
    )
