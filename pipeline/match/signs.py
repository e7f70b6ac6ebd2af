"""What each clause shows by itself of how it may stand to another: hand-over, bans, figures, intervals, accounts."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.domain import Clause, Mandate, Part, Sector
from pipeline.match.stop_words import STOP_WORDS
from pipeline.match.tokens import WordedClause, words
from pipeline.reference import SignWords, load_house_words, load_sign_words

__all__ = ["ClauseSigns", "read_signs"]

_FIGURE = re.compile(
    r"\b(?:\d+(?: \d{3})*(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|"
    r"fifty|hundred)\b"
)
_NORM = re.compile(r"^that (?P<subject>.+?) (?:shall|should|must|may)(?: not)? (?:be )?(?P<rest>.+)$")


@dataclass(frozen=True, slots=True)
class ClauseSigns:
    """Signs of one clause.

    ``divides`` tells of work left to another, ``sectors`` which Sectors are named, ``own_sectors`` those of its offices
    or else of its text, ``carries_out`` that another clause is carried out, ``open_task`` that each Sector must say
    itself how it does this, ``turns`` and ``negates`` of bans and limits, ``banned`` the words that a ban reaches,
    ``interval`` of how often, ``account`` of an account given to a body, ``stops`` that the first action ends
    something. ``norm_subject`` and ``norm_rest`` are the words of "that … shall be …". ``figures`` are
    numbers as written, ``object_words`` those of all objects, ``kinds`` the classes of all actions, ``formula`` in
    [0, 1] the share of its words, by weight, that are formula language, and ``cites`` the works that it cites.
    ``standing_recital`` marks a recital that every text may open with. ``stances`` are the phrases of the clause on the
    one and the other side of each pair of opposites of which it holds any, by the number of the pair, and ``decider``
    the word before who has the last word, "" where the clause opens with that, None where it names none.
    """

    divides: bool
    sectors: frozenset[str]
    own_sectors: frozenset[str]
    carries_out: bool
    open_task: bool
    turns: bool
    negates: bool
    banned: frozenset[str]
    interval: bool
    account: bool
    stops: bool
    norm_subject: frozenset[str]
    norm_rest: frozenset[str]
    figures: frozenset[str]
    object_words: frozenset[str]
    kinds: frozenset[str]
    formula: float
    cites: frozenset[str]
    recital: bool
    standing_recital: bool
    annex: bool
    stances: Mapping[int, tuple[str, str]]
    decider: str | None


def read_signs(worded: WordedClause, mandate: Mandate, text: str) -> ClauseSigns:
    """The signs of a clause.

    Args:
        worded: the clause with its words.
        mandate: what it asks for.
        text: its words in plain lower case.
    """
    table, clause = load_sign_words(), worded.clause
    objects = {w for a in mandate.actions if a.object is not None for w in a.object.text.lower().split()}
    plain = float(worded.plain_weights.sum())
    norm = _NORM.match(text)
    recital = clause.part is Part.PREAMBULAR
    return ClauseSigns(
        divides=table.divides.search(text) is not None,
        sectors=frozenset(name for name, pattern in table.sectors.items() if pattern.search(text)),
        own_sectors=_own_sectors(worded, mandate, table),
        carries_out=table.carries_out.search(text) is not None,
        open_task=table.open_tasks.search(text) is not None,
        turns=table.turns.search(text) is not None,
        negates=table.negates.search(text) is not None,
        banned=_banned(text, table),
        interval=table.intervals.search(text) is not None,
        account=table.accounts.search(text[: table.account_opening]) is not None,
        stops=mandate.kind == "stop",
        norm_subject=_telling(words(norm["subject"])[0]) if norm else frozenset(),
        norm_rest=_telling(words(norm["rest"])[0]) if norm else frozenset(),
        figures=frozenset(_FIGURE.findall(text)),
        object_words=frozenset(objects - table.small),
        kinds=frozenset(a.kind for a in mandate.actions if a.kind),
        formula=float(worded.plain_weights[worded.formula].sum()) / plain if plain > 1e-9 else 0.0,
        cites=_cited(worded, clause),
        recital=recital,
        standing_recital=recital and table.recitals.search(text) is not None,
        annex=clause.part is Part.ANNEX,
        stances=_stances(text, table),
        decider=_decider(text, table),
    )


def _stances(text: str, table: SignWords) -> Mapping[int, tuple[str, str]]:
    found: dict[int, tuple[str, str]] = {}
    if table.any_opposite.search(text) is None:
        return found
    for place, (one, other) in enumerate(table.opposites):
        here, there = one.search(text), other.search(text)
        if here or there:
            found[place] = (here[0] if here else "", there[0] if there else "")
    return found


def _decider(text: str, table: SignWords) -> str | None:
    deciding = table.deciding.search(text)
    return None if deciding is None else "".join(text[: deciding.start()].split()[-1:])


def _own_sectors(worded: WordedClause, mandate: Mandate, table: SignWords) -> frozenset[str]:
    told = frozenset(table.office_sectors[code] for code in mandate.actors if code in table.office_sectors)
    sector = worded.resolution.body.sector
    return told or (frozenset({sector.value}) if sector in (Sector.R, Sector.T, Sector.D) else frozenset())


def _banned(text: str, table: SignWords) -> frozenset[str]:
    """The informative words that follow a word of ban, as far as it may reach."""
    found: set[str] = set()
    for match in table.bans.finditer(text):
        for place, word in enumerate(words(text[match.end() : match.end() + 200])[0]):
            if place >= table.ban_reach or word in table.ban_borders:
                break
            found.add(word)
    return _telling(found)


def _telling(some: Iterable[str]) -> frozenset[str]:
    house = load_house_words().words
    return frozenset(w for w in some if w not in STOP_WORDS and w not in house and len(w) > 1)


def _cited(worded: WordedClause, clause: Clause) -> frozenset[str]:
    found = (c.work for c in worded.resolution.citations if c.clause == clause.id)
    return frozenset(work for work in found if work is not None)
