"""The verb at the head of a paragraph: ``Recalling also …``, ``Further requests …``, ``We reaffirm …``."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from pipeline.domain import Part, plain_characters
from pipeline.reference.profiles import Profile

__all__ = ["Opening", "find_addressee", "read_opening"]

# What may stand before and after the words of a call: quotes and marks of italics.
_BEFORE = r"^[\s\"'_*\[(]*"
_AFTER = re.compile(r"[\s,:;_*]*")


@dataclass(frozen=True, slots=True)
class Opening:
    """A call at the head of a paragraph: as printed, its canonical verb, and where the text begins behind it."""

    printed: str
    verb: str
    part: Part
    end: int


@dataclass(frozen=True, slots=True)
class _Verbs:
    part: Part
    pattern: re.Pattern[str]
    canonical: dict[str, str]


def read_opening(line: str, profile: Profile) -> Opening | None:
    """The call that opens a paragraph, or None. ``line`` is the paragraph without its label."""
    plain = plain_characters(line)
    for verbs in _grammar(profile):
        match = verbs.pattern.match(plain)
        if match is None or _is_no_call(plain[match.start("verb") :], profile):
            continue
        verb = verbs.canonical[_without(match["verb"].lower(), profile.modifiers)]
        printed = " ".join(line[match.start("call") : match.end("call")].split())
        after = _AFTER.match(plain, match.end("call"))
        return Opening(printed, verb, verbs.part, after.end() if after else match.end("call"))
    return None


def find_addressee(text: str, profile: Profile) -> tuple[str, ...]:
    """Codes of those named at the head of a text (the words behind an operative verb); empty when none is known."""
    plain = plain_characters(text)
    found: dict[str, None] = {}
    pattern, codes = _addressees(profile)
    position = 0
    while pattern is not None and (match := pattern.match(plain, position)):
        found.update(dict.fromkeys(codes[match["who"].casefold()]))
        position = match.end()
    return tuple(found)


def _is_no_call(text: str, profile: Profile) -> bool:
    return text.lower().startswith(profile.not_calls)


def _without(verb: str, modifiers: Iterable[str]) -> str:
    """``having also considered`` without what stands inside it."""
    verb = " ".join(verb.split())
    inner = "|".join(map(re.escape, sorted(modifiers, key=len, reverse=True)))
    return re.sub(rf"(?<=\w) (?:(?:{inner}) )+", " ", verb)


@cache
def _grammar(profile: Profile) -> tuple[_Verbs, ...]:
    first = profile.first_person
    canonical = {v: profile.canonical.get(v, v) for v in (*profile.preambular, *profile.operative)}
    plain = {p: {v: canonical[v] for v in words} for p, words in _parts(profile)}
    found = [_Verbs(part, _pattern(profile, words, ""), words) for part, words in plain.items()]
    if first.subjects and first.verbs:
        subject = rf"(?:{_alternatives(first.subjects)}),?\s+"
        own = {bare: canonical[verb] for bare, verb in first.verbs.items()}
        found.append(_Verbs(Part.OPERATIVE, _pattern(profile, own, subject), own))
    return tuple(found)


def _parts(profile: Profile) -> tuple[tuple[Part, tuple[str, ...]], ...]:
    return (Part.PREAMBULAR, profile.preambular), (Part.OPERATIVE, profile.operative)


def _pattern(profile: Profile, verbs: Iterable[str], subject: str) -> re.Pattern[str]:
    modifier = rf"(?:{_alternatives(profile.modifiers)})"
    inner = rf"(?:\s+{modifier})*\s+"
    words = "|".join(inner.join(map(re.escape, v.split())) for v in sorted(verbs, key=len, reverse=True))
    qualifier = rf"(?:\s+(?:{'|'.join(profile.qualifiers)}))?" if profile.qualifiers else ""
    return re.compile(
        rf"{_BEFORE}(?P<call>{subject}(?:{modifier}(?:,?\s+and)?,?\s+)*(?P<verb>{words})\b(?:\s+{modifier}\b)*{qualifier})\b",
        re.I,
    )


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(r"\s+".join(map(re.escape, w.split())) for w in sorted(words, key=len, reverse=True))


@cache
def _addressees(profile: Profile) -> tuple[re.Pattern[str] | None, dict[str, tuple[str, ...]]]:
    codes = {phrase.casefold(): a.codes for a in profile.addressees for phrase in a.phrases}
    if not codes:
        return None, codes
    phrases = "|".join(map(re.escape, sorted(codes, key=len, reverse=True)))
    return re.compile(rf"(?:^|\s*,?\s*(?:and\s+)?)(?P<who>{phrases})(?!\w)", re.I), codes
