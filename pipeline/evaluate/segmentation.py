"""Clauses against a list of clauses that are known to be there."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from pipeline.domain import Part, Resolution, fold_space
from pipeline.errors import InputError
from pipeline.evaluate.result import Difference, Evaluation, UnitResult
from pipeline.evaluate.scoring import Score, exactness

__all__ = [
    "ClauseKey",
    "GoldText",
    "clause_keys",
    "find_text",
    "is_file",
    "read_segmentation_gold",
    "score_segmentation",
]

# Two clauses less alike than this are not two readings of one clause.
_ALIKE = 0.5
# Characters shown before and after the place where two texts part.
_CONTEXT = 40
_SHOWN = 110
_PARTS = tuple(part.value for part in Part)


class ClauseKey(NamedTuple):
    """What must be equal for a clause to count, white space folded."""

    part: str
    call: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class GoldText:
    """One text of the gold with its clauses in order.

    ``id`` is an identifier of ours, with or without edition, or ``type_number`` such as ``res_25``; ``file`` the name
    of the document that holds the text, or "" where any may. ``line`` is the line of the gold file.
    """

    id: str
    file: str
    clauses: tuple[ClauseKey, ...]
    line: int


def clause_keys(resolution: Resolution) -> tuple[ClauseKey, ...]:
    """The clauses of a text as they are compared, in order."""
    return tuple(ClauseKey(c.part.value, fold_space(c.call), fold_space(c.label), c.text) for c in resolution.clauses)


def read_segmentation_gold(text: str, name: str) -> tuple[GoldText, ...]:
    """The texts of a gold file: JSON Lines, one text a line.

    A line names its text by ``id`` or ``file`` and holds ``clauses`` with ``part``, ``call``, ``label`` and ``text``,
    or is of the form that ``overlap extract --json`` prints, with ``sections``.

    Args:
        text: the content of the file.
        name: the name of the file, for messages.

    Raises:
        InputError: a line cannot be read, a text stands there twice, or there is none; the message says where.
    """
    found: dict[tuple[str, str], GoldText] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{name}, line {number}"
        gold = _gold_text(_object(line, where), where, number)
        if (earlier := found.setdefault((gold.file, gold.id), gold)) is not gold:
            raise InputError(f"{where}: {gold.id or gold.file} stands in line {earlier.line} already")
    if not found:
        raise InputError(f"{name} holds no text: it is empty")
    if not any(gold.clauses for gold in found.values()):
        raise InputError(f"{name} holds no clause: nothing can be measured against it")
    return tuple(found.values())


def _object(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise InputError(f"{where}, column {error.colno}: this is no JSON ({error.msg})") from error
    if not isinstance(row, dict):
        raise InputError(f"{where}: one JSON object is expected, not a {type(row).__name__}")
    return row


def _gold_text(row: dict[str, Any], where: str, number: int) -> GoldText:
    named = {key: row.get(key, "") for key in ("id", "file")}
    for key, value in named.items():
        if not isinstance(value, str):
            raise InputError(f"{where}, {key}: a name is expected, not {value!r}")
    if not any(named.values()):
        raise InputError(f"{where}: the line names no text; give it an id or a file")
    if isinstance(row.get("sections"), list):
        rows = [clause for section in row["sections"] for clause in _list(section, "clauses", f"{where}, sections")]
    else:
        rows = _list(row, "clauses", where)
    clauses = tuple(_key(clause, f"{where}, clause {index}") for index, clause in enumerate(rows, start=1))
    return GoldText(named["id"], named["file"], clauses, number)


def _list(row: Any, key: str, where: str) -> list[Any]:  # noqa: ANN401  a value of any JSON kind
    values = row.get(key) if isinstance(row, dict) else None
    if not isinstance(values, list):
        raise InputError(f"{where}: {key} is missing or no list")
    return values


def _key(row: Any, where: str) -> ClauseKey:  # noqa: ANN401
    if not isinstance(row, dict):
        raise InputError(f"{where}: an object with part, call, label and text is expected")
    values = []
    for name in ClauseKey._fields:
        value = row.get(name)
        if not isinstance(value, str):
            raise InputError(f"{where}: {name} is {'missing' if value is None else f'no text but {value!r}'}")
        values.append(fold_space(value))
    key = ClauseKey(*values)
    if key.part not in _PARTS:
        raise InputError(f"{where}: part is {key.part!r}; it must be one of {', '.join(_PARTS)}")
    return key


def find_text(gold: GoldText, resolutions: Iterable[tuple[str, Resolution]]) -> list[tuple[str, Resolution]]:
    """The texts that a gold text may mean, each with the path of its document.

    Args:
        gold: what is looked for.
        resolutions: paths of documents, relative to their folder, and the texts found in them.
    """
    return [
        (path, resolution)
        for path, resolution in resolutions
        if (not gold.file or is_file(gold.file, path)) and (not gold.id or gold.id in _names(resolution))
    ]


def is_file(name: str, path: str) -> bool:
    """Whether a gold file's name for a document means this path: the path, its last part, or that without ending."""
    last = path.rpartition("/")[2]
    return name in (path, last, last.rpartition(".")[0])


def _names(resolution: Resolution) -> tuple[str, ...]:
    identifier = resolution.id
    return str(identifier), str(identifier.work), f"{identifier.type.value}_{identifier.number}"


def score_segmentation(golds: Sequence[GoldText], found: Sequence[Sequence[Resolution]], shown: int = 10) -> Evaluation:
    """How exactly the clauses of the gold were found, text by text.

    Args:
        golds: the texts of the gold.
        found: for each of them, in the same order, what was found of it: usually one text, none where it was missed.
        shown: how many differences to give in full.
    """
    units, scores = [], []
    differences: list[Difference] = []
    different = 0
    for gold, texts in zip(golds, found, strict=True):
        name = gold.id or gold.file
        there = [key for text in texts for key in clause_keys(text)]
        score = Score(len(gold.clauses), len(there), (Counter(gold.clauses) & Counter(there)).total())
        scores.append(score)
        units.append(
            UnitResult(name, (score.expected, score.found, score.equal), score.f1, "" if texts else "not found")
        )
        pairs = _paired(_less(gold.clauses, there), _less(there, gold.clauses))
        different += len(pairs)
        room = max(0, shown - len(differences))
        differences.extend(_difference(name, gold.line, *pair) for pair in pairs[:room])
    return Evaluation(
        kind="segmentation",
        unit="text",
        thing="clause",
        measures=exactness(scores),
        columns=("expected", "found", "equal"),
        units=tuple(units),
        differences=tuple(differences),
        different=different,
    )


def _less(keys: Sequence[ClauseKey], others: Sequence[ClauseKey]) -> list[ClauseKey]:
    """Those of the keys that have no equal among the others, in order."""
    spare = Counter(others)
    left = []
    for key in keys:
        if spare[key] > 0:
            spare[key] -= 1
        else:
            left.append(key)
    return left


def _paired(missed: Sequence[ClauseKey], extra: Sequence[ClauseKey]) -> list[tuple[ClauseKey | None, ClauseKey | None]]:
    """Each missed clause with the reading of it that was found, if there is one; then what is left of the found."""
    left = list(extra)
    pairs: list[tuple[ClauseKey | None, ClauseKey | None]] = []
    for key in missed:
        best = max(left, key=lambda other: _likeness(key, other), default=None)
        if best is not None and _likeness(key, best) >= _ALIKE:
            left.remove(best)
            pairs.append((key, best))
        else:
            pairs.append((key, None))
    return pairs + [(None, key) for key in left]


def _likeness(one: ClauseKey, other: ClauseKey) -> float:
    """In [0, 1]; equal texts count most, then texts of which one begins or ends the other."""
    if one.text == other.text:
        return 1.0
    shorter, longer = sorted((one.text, other.text), key=len)
    if len(shorter) >= _CONTEXT and shorter in longer:
        return 0.9
    places = (one.part == other.part) + (one.call == other.call) + (one.label == other.label)
    # Letters in common bound the ratio from above and cost little.
    rough = SequenceMatcher(None, one.text, other.text, autojunk=False).quick_ratio()
    words = re.findall(r"\w+", one.text), re.findall(r"\w+", other.text)
    exact = SequenceMatcher(None, *words, autojunk=False).ratio() if rough >= _ALIKE else 0.0
    return min(0.89, exact + 0.02 * places)


def _difference(unit: str, line: int, expected: ClauseKey | None, found: ClauseKey | None) -> Difference:
    if expected is None or found is None:
        what = "not expected" if expected is None else "not found"
        return Difference(unit, what, _shown(expected), _shown(found), line if expected is not None else None)
    fields = [name for name, a, b in zip(ClauseKey._fields, expected, found, strict=True) if a != b]
    if "text" in fields:
        place = _parting(expected.text, found.text)
        return Difference(unit, " and ".join(fields), _shown(expected, place), _shown(found, place), line)
    return Difference(unit, " and ".join(fields), _shown(expected), _shown(found), line)


def _parting(one: str, other: str) -> int:
    """The first character at which two texts differ."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _shown(key: ClauseKey | None, place: int = 0) -> str:
    """A clause in one line: part, call, label, and its text around a place."""
    if key is None:
        return ""
    start = max(0, place - _CONTEXT)
    text = key.text[start : start + _SHOWN]
    cut = f"{'…' if start else ''}{text}{'…' if start + _SHOWN < len(key.text) else ''}"
    return f"[{key.part}] {key.call or 'annex'} {key.label or '–'} | {cut}"
