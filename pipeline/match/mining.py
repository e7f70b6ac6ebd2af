"""Repeated phrases of a corpus: candidates for the phrase bank, which an analyst accepts or refuses.

A mandate copied into five texts looks exactly like formula language, so nothing is accepted by itself, and every
candidate that would hide a finding is marked.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from pipeline.domain import Part, Resolution
from pipeline.match.passages import Passage, formula_probability, passage_values
from pipeline.match.tokens import words
from pipeline.reference import formula_spans

__all__ = ["PhraseCandidate", "mine_formulae", "same_words"]

_SHORTEST, _LONGEST = 4, 10


@dataclass(frozen=True, slots=True)
class PhraseCandidate:
    """A phrase in normalised words, with how many works and bodies use it, the clauses, and ``probability`` of formula.

    ``hides`` names the findings whose shared words it stands in: accepting it would dim them.
    """

    phrase: str
    works: int
    bodies: int
    probability: float
    clauses: tuple[str, ...]
    hides: tuple[str, ...]


def mine_formulae(
    resolutions: Iterable[Resolution],
    rarity: Callable[[str], float],
    findings: Sequence[tuple[str, str, str]] = (),
    least_works: int = 3,
    least_bodies: int = 2,
) -> tuple[PhraseCandidate, ...]:
    """Phrases of 4 to 10 words that works of several bodies use and that no longer candidate of the same works holds.

    Editions of one work count once. Phrases of the bank are left out.

    Args:
        resolutions: the texts of a corpus.
        rarity: of a word, in [0, 1].
        findings: (finding, clause, clause) of what was found in the corpus.
        least_works: works, bodies: how many must use a phrase.
        least_bodies: see ``least_works``.
    """
    texts = list(resolutions)
    spoken = {
        clause.id: (_stretches(clause.text), str(text.id.work), str(text.body))
        for text in texts
        for clause in text.clauses
        if clause.part is not Part.PREAMBULAR
    }
    users: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for clause, (stretches, _, _) in spoken.items():
        for said in stretches:
            for length in range(_SHORTEST, min(_LONGEST, len(said)) + 1):
                for start in range(len(said) - length + 1):
                    users[said[start : start + length]].add(clause)
    kept: dict[tuple[str, ...], tuple[frozenset[str], frozenset[str]]] = {}
    for phrase, clauses in users.items():
        works = frozenset(spoken[c][1] for c in clauses)
        if len(works) >= least_works and len({spoken[c][2] for c in clauses}) >= least_bodies:
            kept[phrase] = (works, frozenset(clauses))
    found = []
    for phrase in _longest(kept):
        works, using = kept[phrase]
        told = " ".join(phrase)
        hides = tuple(sorted({name for name, a, b in findings if a in using and b in using}))
        found.append(
            PhraseCandidate(
                told,
                len(works),
                len({spoken[c][2] for c in using}),
                round(formula_probability(passage_values(Passage(told, told), rarity)), 4),
                tuple(sorted(using)),
                hides,
            )
        )
    return tuple(sorted(found, key=lambda c: (-c.works, -c.bodies, c.phrase)))


def _stretches(text: str) -> tuple[tuple[str, ...], ...]:
    """The words between phrases of the bank; no candidate crosses one."""
    parts, position = [], 0
    for span in formula_spans(text):
        parts.append(text[position : span.start])
        position = span.end
    return tuple(words(part)[0] for part in (*parts, text[position:]))


def _longest(
    kept: dict[tuple[str, ...], tuple[frozenset[str], frozenset[str]]],
) -> Collection[tuple[str, ...]]:
    """Phrases that stand in no longer one of the same works."""
    covered = {
        part
        for phrase, (works, _) in kept.items()
        for part in (phrase[1:], phrase[:-1])
        if part in kept and kept[part][0] == works
    }
    return [phrase for phrase in kept if phrase not in covered]


def same_words(resolutions: Iterable[Resolution]) -> tuple[tuple[str, str, str], ...]:
    """Pairs of operative clauses of different works that say the same beside the bank: what a new phrase could hide.

    Each as (name, clause, clause); findings of a run can be given to ``mine_formulae`` in the same form.
    """
    held: dict[tuple[tuple[str, ...], ...], list[tuple[str, str]]] = defaultdict(list)
    for text in resolutions:
        for clause in text.clauses:
            said = tuple(part for part in _stretches(clause.text) if part)
            if clause.part is not Part.PREAMBULAR and sum(map(len, said)) >= _SHORTEST:
                held[said].append((clause.id, str(text.id.work)))
    pairs = [(a, b) for same in held.values() for i, a in enumerate(same) for b in same[:i] if a[1] != b[1]]
    return tuple((f"{b[0]} = {a[0]}", b[0], a[0]) for a, b in pairs)
