"""Signs in the letters themselves: what a font hid, a scanner misread or the layout of a page left inside a clause."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping

from pipeline.domain import Block, BlockKind, Document, Part, Resolution, fold_space
from pipeline.quality.seen import Seen
from pipeline.reference.quality import QualityRules

__all__ = ["repeated_lines", "signs_of_letters", "words_of"]

_WORD = re.compile(r"[^\W_]+")
_CID = re.compile(r"\(cid:\d+\)")
_GLUED = re.compile(r"\b[a-z]{3,}\d{1,2}(?=[\s,;.:)]|$)")
_SPLIT = re.compile(r"\b([a-z]{2,})[-\u00ac] ([a-z]{2,})\b")
_MIXED = re.compile(
    r"\b(?:[A-Za-z]?[a-z]{2,}[0-9|!$][a-z]+|[a-z]{2,}[A-Z][a-z]{2,}|[01](?!bis|ter)[a-z]{3,}|[a-z]{2,}[|!;,:][a-z]{2,})\b"
)
_VOWELLESS = re.compile(r"\b[bcdfghjklmnpqrstvwxz]{5,}\b")
# Characters of one clause are quoted up to here.
_QUOTED = 4
_RARE = 2
_FEWEST_LETTERS = 4


def words_of(document: Document) -> Counter[str]:
    """How often each word stands in a document, in lower case."""
    return Counter(_WORD.findall(document.text.lower()))


def repeated_lines(document: Document, rules: QualityRules) -> frozenset[str]:
    """Short paragraphs that stand in a document again and again but for their digits, as heads of pages do."""
    lines = Counter(_masked(document.line(block)) for block in document.blocks if _may_be_head(block, rules))
    return frozenset(
        line for line, count in lines.items() if count >= rules.repeated_lines and any(map(str.isalnum, line))
    )


def signs_of_letters(
    document: Document,
    resolution: Resolution,
    counts: Mapping[str, int],
    heads: frozenset[str],
    rules: QualityRules,
) -> Iterator[Seen]:
    """Signs in the words of one text.

    Args:
        document: the document that holds the text.
        resolution: the text.
        counts: how often each word stands in the document, from ``words_of``.
        heads: short paragraphs that come again and again, from ``repeated_lines``.
        rules: the signs in use.
    """
    yield from _misread_words(resolution, counts, rules)
    for clause in resolution.clauses:
        text = clause.text
        raw = clause.span.of(document.text)
        for code, found, told in (
            ("bad-characters", _bad_characters(text), "characters that are no text"),
            ("glued-digit", _glued(text, rules), "digits glued to words"),
            ("split-word", _split(text, rules), "words divided by a hyphen"),
            (
                "running-head",
                _heads_inside(text, raw, heads, rules),
                "heads or feet of a page",
            ),
        ):
            if found and not (code == "running-head" and clause.part is Part.ANNEX):
                quoted = ", ".join(f"“{one}”" for one in list(dict.fromkeys(found))[:_QUOTED])
                yield Seen(code, clause.id, f"{told}: {quoted}", clause.page)


def _misread_words(resolution: Resolution, counts: Mapping[str, int], rules: QualityRules) -> Iterator[Seen]:
    """Words that look misread; a lone one may be a right word that is seldom used, and says nothing."""
    english = resolution.language == "en"
    found = [(clause, _misread(clause.text, counts, rules, english=english)) for clause in resolution.clauses]
    if sum(len(words) for _, words in found) < rules.misread_words:
        return
    for clause, words in found:
        if words:
            quoted = ", ".join(f"“{one}”" for one in list(dict.fromkeys(words))[:_QUOTED])
            yield Seen("misread-word", clause.id, f"words that look misread: {quoted}", clause.page)


def _bad_characters(text: str) -> list[str]:
    """What shows that the letters of a font are not known: private use, replacement, control, ``(cid:12)``."""
    found = [f"U+{ord(c):04X}" for c in text if c == "\ufffd" or unicodedata.category(c) in ("Co", "Cc", "Cn")]
    return found + _CID.findall(text)


def _misread(text: str, counts: Mapping[str, int], rules: QualityRules, *, english: bool) -> list[str]:
    """Words with a letter no word has there, and rare words that differ from a frequent one as misread letters do.

    Only in English is it known which rare words are right.
    """
    found = [match[0] for match in _MIXED.finditer(text) if match[0].lower() not in rules.digit_words]
    found += _VOWELLESS.findall(text)
    known = rules.common_words | rules.ordinary_words
    for word in _WORD.findall(text) if english else ():
        lower = word.lower()
        if word[1:] != lower[1:] or len(lower) < _FEWEST_LETTERS or not lower.isalpha():
            continue
        rare = counts.get(lower, 0) <= _RARE and lower not in known
        if rare and _right_word(lower, counts, rules):
            found.append(word)
    return found


def _right_word(word: str, counts: Mapping[str, int], rules: QualityRules) -> str:
    """The frequent word that this one is likely to be, or ""; endings are left alone, for they are grammar."""
    for one, other in rules.confusions:
        for wrong, right in ((one, other), (other, one)):
            at = word.find(wrong)
            while at >= 0:
                likely = word[:at] + right + word[at + len(wrong) :]
                is_ending = at + len(wrong) >= len(word)
                frequent = likely in rules.common_words or counts.get(likely, 0) > max(_RARE, 3 * counts.get(word, 0))
                if frequent and not is_ending and len(likely) >= _FEWEST_LETTERS:
                    return likely
                at = word.find(wrong, at + 1)
    return ""


def _glued(text: str, rules: QualityRules) -> list[str]:
    return [match[0] for match in _GLUED.finditer(text) if match[0] not in rules.digit_words]


def _split(text: str, rules: QualityRules) -> list[str]:
    """A hyphen and a space inside a word; "pre- and post-" is none."""
    return [match[0] for match in _SPLIT.finditer(text) if match[2] not in rules.suspended]


def _heads_inside(text: str, raw: str, heads: frozenset[str], rules: QualityRules) -> list[str]:
    found = [fold_space(match[0]) for match in rules.running_heads.finditer(text)]
    return found + [fold_space(line) for line in raw.split("\n")[1:] if _masked(line) in heads]


def _may_be_head(block: Block, rules: QualityRules) -> bool:
    return block.kind is BlockKind.PARAGRAPH and len(block.span) <= rules.head_length


def _masked(line: str) -> str:
    return re.sub(r"\d+", "#", fold_space(line)).casefold()
