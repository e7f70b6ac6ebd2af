"""Words that tell what an operative clause asks for, and who may instruct whom: loaders that check their data files."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pipeline.domain import Force
from pipeline.errors import ReferenceDataError
from pipeline.reference.tables import read_table

__all__ = [
    "Instructions",
    "MandateWords",
    "has_mandate_words",
    "load_instructions",
    "load_mandate_words",
]


@dataclass(frozen=True, slots=True)
class MandateWords:
    """Words for actions, their ends, exclusive claims, reporting duties, deadlines and procedural texts.

    ``opposites`` are pairs of phrases, ``opposite_verbs`` pairs that need a word in common in the ``reach`` words after
    them. ``report_recipients`` and ``conferences`` give the code of a body with its names, ``beneficiaries`` a code
    with its words, ``forces`` a call word with its force.
    """

    actions: dict[str, str]
    kin: frozenset[frozenset[str]]
    kept_things: tuple[str, ...]
    borders: frozenset[str]
    exclusive: tuple[str, ...]
    opposites: tuple[tuple[str, str], ...]
    opposite_verbs: tuple[tuple[str, str], ...]
    reach: int
    members: frozenset[str]
    outside: frozenset[str]
    participles: tuple[str, ...]
    report_verbs: tuple[str, ...]
    report_openers: tuple[str, ...]
    report_handing: tuple[str, ...]
    report_documents: tuple[str, ...]
    report_opening: int
    report_recipients: dict[str, tuple[str, ...]]
    report_cycles: dict[str, tuple[str, ...]]
    report_formula: tuple[str, ...]
    procedural_titles: tuple[str, ...]
    pointer_openings: tuple[str, ...]
    forces: dict[str, Force]
    conditions: tuple[str, ...]
    condition_openings: tuple[str, ...]
    division: tuple[str, ...]
    beneficiaries: dict[str, tuple[str, ...]]
    conferences: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Instructions:
    """Who may instruct whom: body → addressee → "●" instructed, "○" invited only, "–" not expected.

    ``usual`` are orders given all the same: (body, addressee, class of action). ``members`` are no offices; ``orders``
    are the forces that instruct, ``names`` what people call each addressee.
    """

    rows: dict[str, dict[str, str]]
    names: dict[str, str]
    members: frozenset[str]
    orders: frozenset[Force]
    usual: frozenset[tuple[str, str, str]]

    def is_irregular(self, body: str, actor: str, force: Force, actions: Iterable[str]) -> bool:
        """Whether a body is not expected to address an actor with this force; false for bodies without a row.

        Args:
            body: code of the adopting body, such as ``wtsa``.
            actor: code of one addressee, such as ``bdt.dir``.
            force: of the clause.
            actions: classes of what is asked for; an order to do nothing known is not judged.
        """
        expected = self.rows.get(body, {}).get(actor, "●")
        if expected == "●":
            return False
        if expected == "–":
            return True
        if force not in self.orders or (actor in self.members and force is not Force.INSTRUCT):
            return False
        return any((body, actor, action) not in self.usual for action in actions if action)


def _file(stem: str, language: str) -> str:
    return f"{stem}.toml" if language == "en" else f"{stem}-{language}.toml"


def has_mandate_words(language: str) -> bool:
    """Whether the words of mandates are known in a language, by its two-letter code."""
    return (files("pipeline.reference") / "data" / _file("mandate", language)).is_file()


@cache
def load_mandate_words(language: str = "en") -> MandateWords:
    """Words of operative clauses in one language.

    Raises:
        ReferenceDataError: there is no file for the language, a table is missing, a list holds no words or a word
            twice, a verb stands in two classes, a pair of kin names no class, or a force does not exist.
    """
    name = _file("mandate", language)
    try:
        return _mandate_words(name, read_table(name))
    except KeyError as error:
        raise ReferenceDataError(f"reference file {name}: it lacks {error}") from error


def _mandate_words(name: str, data: dict[str, Any]) -> MandateWords:
    classes: dict[str, list[str]] = data["actions"]
    actions = class_of_each(classes, name)
    kin = frozenset(frozenset(pair) for pair in data["kin"]["pairs"])
    if unknown := {c for pair in kin for c in pair} - set(classes):
        raise ReferenceDataError(f"reference file {name}: kin of unknown action classes: {sorted(unknown)}")
    reporting, opposites = data["reporting"], data["opposites"]
    return MandateWords(
        actions=actions,
        kin=kin,
        kept_things=word_list(data["stopping"], "things", name),
        borders=frozenset(word_list(data["stopping"], "borders", name)),
        exclusive=word_list(data["exclusive"], "phrases", name),
        opposites=tuple((one, other) for one, other in opposites["pairs"]),
        opposite_verbs=tuple((one, other) for one, other in opposites["verbs"]),
        reach=int(opposites["reach"]),
        members=frozenset(word_list(data["members"], "codes", name)),
        outside=frozenset(word_list(data["members"], "outside", name)),
        participles=word_list(data["deadlines"], "participles", name),
        report_verbs=word_list(reporting, "verbs", name),
        report_openers=word_list(reporting, "openers", name),
        report_handing=word_list(reporting, "handing", name),
        report_documents=word_list(reporting, "documents", name),
        report_opening=int(reporting["opening"]),
        report_recipients=word_lists(reporting["recipients"], name),
        report_cycles=word_lists(reporting["cycles"], name),
        report_formula=word_list(reporting, "formula", name),
        procedural_titles=word_list(data["procedural"], "titles", name),
        pointer_openings=word_list(data["pointers"], "openings", name),
        forces=_forces(data["force"], name),
        conditions=word_list(data["conditions"], "phrases", name),
        condition_openings=word_list(data["conditions"], "openings", name),
        division=word_list(data["division"], "phrases", name),
        beneficiaries=word_lists(data["beneficiaries"], name),
        conferences=word_lists(data["conference"]["bodies"], name),
    )


@cache
def load_instructions() -> Instructions:
    """The table of who may instruct whom.

    Raises:
        ReferenceDataError: a row has a mark too many or too few or an unknown one, or a force does not exist.
    """
    name = "instructions.toml"
    data = read_table(name)
    columns = word_list(data, "columns", name)
    rows = {}
    for body, written in data["rows"].items():
        marks = written.split()
        if len(marks) != len(columns) or not set(marks) <= set("●○–"):
            raise ReferenceDataError(f"reference file {name}: the row {body} needs {len(columns)} marks of ● ○ –")
        rows[body] = dict(zip(columns, marks, strict=True))
    names = word_list(data, "names", name)
    if len(names) != len(columns):
        raise ReferenceDataError(f"reference file {name}: {len(names)} names for {len(columns)} columns")
    return Instructions(
        rows=rows,
        names=dict(zip(columns, names, strict=True)),
        members=frozenset(word_list(data, "members", name)),
        orders=frozenset(_force(order, name) for order in word_list(data, "orders", name)),
        usual=frozenset((b, u["actor"], a) for u in data["usual"] for b in u["bodies"] for a in u["actions"]),
    )


def word_list(data: dict[str, Any], key: str, name: str) -> tuple[str, ...]:
    """A list of words under ``key``. Raises ReferenceDataError when it is none, is empty or names one twice."""
    values = data.get(key)
    if not isinstance(values, list) or not values or not all(isinstance(v, str) and v.strip() for v in values):
        raise ReferenceDataError(f"reference file {name}: {key} must be a list of words")
    if twice := sorted({v for v in values if values.count(v) > 1}):
        raise ReferenceDataError(f"reference file {name}: {key} names {twice[0]!r} twice")
    return tuple(values)


def word_lists(data: dict[str, Any], name: str) -> dict[str, tuple[str, ...]]:
    """Several lists of words by their keys. Raises ReferenceDataError as ``word_list`` does."""
    return {key: word_list(data, key, name) for key in data}


def class_of_each(classes: dict[str, Any], name: str) -> dict[str, str]:
    """Word → class. Raises ReferenceDataError when a word stands in two classes."""
    found: dict[str, str] = {}
    for kind, words in word_lists(classes, name).items():
        for word in words:
            if word in found:
                raise ReferenceDataError(f"reference file {name}: {word!r} is both {found[word]} and {kind}")
            found[word] = kind
    return found


def one_of(phrases: Iterable[str]) -> str:
    """A pattern for any of the phrases as they stand, the longest first."""
    return f"(?:{'|'.join(re.escape(p) for p in sorted(phrases, key=len, reverse=True))})"


def _forces(data: dict[str, Any], name: str) -> dict[str, Force]:
    return {word: _force(force, name) for word, force in class_of_each(data, name).items()}


def _force(name: str, file: str) -> Force:
    try:
        return Force(name)
    except ValueError as error:
        raise ReferenceDataError(f"reference file {file}: there is no force {name!r}") from error
