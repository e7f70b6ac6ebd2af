"""Exact citations: ``Resolution 191 (Rev. Bucharest, 2022), instructs the Secretary-General, item 2``."""

import re

from pipeline.domain.identifier import QuestionId
from pipeline.domain.instrument import Clause, Part, Resolution

__all__ = ["cite", "cite_clause", "place_of"]

_FOOTNOTE_MARK = re.compile(r"(?<=[\])])\s*[\d*]+$")
_BRACKETS = re.compile(r"\([^()]*\)")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W_]+)*|\S")
_ANNEX = re.compile(r"!annex(\d+)#")

# Lower-case inside a name or an edition label: "Sharm el-Sheikh", "modified 2019", "2022 г."
_SMALL = frozenset({"el", "de", "del", "la", "du", "des", "and", "the", "of", "modified", "last", "amended", "by", "г"})
_ACRONYMS = frozenset({"ITU", "PP", "RA", "UN", "WARC", "WCIT", "WRC", "WTDC", "WTPF", "WTSA"})
_HEAD_SMALL = frozenset({"new", "revised", "of", "the"})


def cite(resolution: Resolution) -> str:
    """The text as an expert cites it, such as ``Resolution 58 (Rev. Dubai, 2014)``.

    The number line is kept as printed, but for capitals: a line set in capitals gets ordinary ones. A text without
    a number line is cited by its identifier's parts, such as ``Resolution 901 (PP, 2018)``.
    """
    line = _FOOTNOTE_MARK.sub("", " ".join(resolution.number_line.split()))
    if not line:
        return _cite_identifier(resolution)
    head, bracket, tail = line.partition("(")
    text = _recase_head(head) + _BRACKETS.sub(lambda m: _recase_label(m[0]), bracket + tail)
    if isinstance(resolution.id, QuestionId) and "ITU-" not in text:
        text = f"{text} ({resolution.id.sector.label})"
    return text


def cite_clause(resolution: Resolution, clause: Clause) -> str:
    """One clause of a text, such as ``Resolution 58 (Rev. Dubai, 2014), resolves, item 2``."""
    return f"{cite(resolution)}, {place_of(clause)}"


def place_of(clause: Clause) -> str:
    """Where a clause stands inside its text, such as ``instructs the Secretary-General, item 2``."""
    parts = []
    annex = _ANNEX.search(clause.id)
    if annex:
        parts.append(f"Annex {annex[1]}")
    elif clause.part is Part.ANNEX:
        parts.append("Annex")
    call = " ".join(clause.call.split()).strip(" ,:;")
    if call:
        parts.append(call)
    item = _item(clause)
    if item:
        parts.append(item)
    return ", ".join(parts) or "text"


def _item(clause: Clause) -> str:
    """``item 2 a)``; ``paragraph 2`` where the text prints no label; "" for the only paragraph of a call."""
    label = clause.label.strip()
    if any(character.isalnum() for character in label):
        return f"item {_labels(clause.path, label)}"
    if not clause.path or clause.path == ("1",):
        return ""
    return f"paragraph {'.'.join(clause.path)}"


def _labels(path: tuple[str, ...], label: str) -> str:
    """Item labels from the outermost inwards: ``2 a)``, ``1.1``, ``a) ii)``."""
    if "." in label:
        return label
    text = ""
    for step in (*(outer if outer[:1].isdigit() else f"{outer})" for outer in path[:-1]), label):
        joint = "." if text[-1:].isdigit() and step[:1].isdigit() else " "
        text = f"{text}{joint}{step}".strip()
    return text


def _cite_identifier(resolution: Resolution) -> str:
    identifier = resolution.id
    edition = identifier.edition if identifier.edition not in (None, "unk") else ""
    if isinstance(identifier, QuestionId):
        where = ", ".join(filter(None, (identifier.sector.label, edition)))
        return f"Question {identifier.number}/{identifier.study_group} ({where})"
    where = ", ".join(filter(None, (identifier.body.label, edition)))
    return f"{identifier.type.label} {identifier.number} ({where})"


def _recase_head(head: str) -> str:
    """Give ``RESOLUTION ITU-R 7-4`` ordinary capitals; bracketed working titles and numbers stay as they are."""
    words = head.split(" ")
    recased = [_recase_head_word(word, first=position == 0) for position, word in enumerate(words)]
    return " ".join(recased)


def _recase_head_word(word: str, first: bool) -> str:
    if not word.isalpha() or len(word) < 2 or word in _ACRONYMS or not (word.isupper() or word.islower()):
        return word
    if not first and word.casefold() in _HEAD_SMALL:
        return word.casefold()
    return word.capitalize()


def _recase_label(label: str) -> str:
    """Give an edition label in one case ordinary capitals: ``(REV. SHARM EL-SHEIKH, 2019)``; others stay as printed."""
    if not (label.isupper() or label.islower()) or _is_session(label):
        return label
    return _WORD.sub(lambda m: _recase_word(m[0]), label)


def _is_session(label: str) -> bool:
    """True for bare lower-case remarks such as ``(modified 2019)``, which are right as they stand."""
    words = re.findall(r"[^\W\d_]+", label)
    return label.islower() and all(word in _SMALL for word in words)


def _recase_word(word: str) -> str:
    stem, hyphen, rest = word.partition("-")
    if rest[:1].isdigit():
        return word.upper() if stem.upper() not in {"MOB", "ORB"} else f"{stem.capitalize()}-{rest}"
    if hyphen:
        return "-".join(_recase_word(part) for part in word.split("-"))
    return word.casefold() if word.casefold() in _SMALL else word.capitalize()
