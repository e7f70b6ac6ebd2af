"""Header facts of a document, and what kind of document it is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from pipeline.domain import DocumentKind, DocumentMetadata, Notice
from pipeline.ingest.file_names import FileName, read_file_name
from pipeline.reference import load_header_words

__all__ = ["Described", "HeaderFact", "describe", "is_box_heading", "is_field", "is_header_line", "label_field"]

# How far down the header of a meeting document reaches, in lines.
_HEADER_LINES = 30

_SYMBOL = re.compile(
    r"^(?P<symbol>(?:C\d{2}|PP-?\d{2,4}|WTDC-?\d{2}|WTSA-?\d{2}|WRC-?\d{2}|CMR-?\d{2}|RA-?\d{2}|"
    r"(?:RAG|TSAG|TDAG|ISCG|ISCT)-?\d{2}(?:-\d{1,2})?|RPM-[A-Z]{3}\d{2})/(?:[A-Z]+/)?\d{1,4}\s?(?:\((?:Rev|Add|Corr)\.?\s?\d+\))*"
    r"(?:-[ACEFRSMX])?)$"
)
# "Document 38-E": the number alone, which the meeting completes.
_BARE_NUMBER = re.compile(r"^(?P<number>(?:[A-Z]{2,4}/)?\d{1,4})(?P<language>-[ACEFRSMX])?$")
_MEETING_ACRONYM = re.compile(r"\((?P<acronym>[A-Z]{2,4})-?(?P<year>\d{2})\)")
_MEETING = re.compile(
    r"^(?P<v>(?:ITU\s+)?Council\s+(?:19|20)\d\d|Plenipotentiary Conference \(PP-\d\d\)|"
    r"Radiocommunication Assembly \(RA-\d\d\)|World Radiocommunication Conference \(WRC-\d\d\)|"
    r"World Telecommunication [A-Z]\w+ (?:Assembly|Conference).{0,40}|"
    r"(?:Conseil|Consejo|Совет|Plenipotentiary|Conférence de plénipotentiaires|Conferencia de Plenipotenciarios|"
    r"Полномочная конференция)\b.{0,40}\d{2,4}\)?)$"
)
_MARKER = re.compile(r"^\(?(?:ADD|MOD|SUP|NOC)\)?\*?\s*[A-Z]{2,5}(?:/[A-Z]{2,5})*/(?:\d+|XX)(?:A\d+)*/\d+\b")
_ENACTING = re.compile(
    r"^The (?:ITU |\d{4} )?(?:Plenipotentiary Conference|World [\w /]{5,60}(?:Conference|Assembly|Forum)|"
    r"Radiocommunication Assembly|Council)\b[^.;]{0,90},$",
    re.I,
)
_YEAR = re.compile(r"\b(20[0-3]\d)\b")


@dataclass(frozen=True, slots=True)
class HeaderFact:
    """What the file itself says that some lines are: a field of the metadata, and the lines in order."""

    field: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Described:
    """Kind and header facts of a document, and what a reader should know of them."""

    kind: DocumentKind
    metadata: DocumentMetadata
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class _Patterns:
    agenda: re.Pattern[str]
    document: re.Pattern[str]
    date: re.Pattern[str]
    original: re.Pattern[str]
    source: re.Pattern[str]
    title: re.Pattern[str]
    box: re.Pattern[str]
    amending: re.Pattern[str]
    marks: re.Pattern[str]
    named: re.Pattern[str]


def describe(lines: Sequence[str], relative: str, header: Sequence[HeaderFact] = ()) -> Described:
    """Kind and header facts of a document.

    Facts that the text does not state are taken from the name of its file, of a report also from the highest year that
    it mentions; they are named in ``inferred``. What cannot be known stays None. Where the file name says another
    number than the text, the text counts and a notice tells.

    Args:
        lines: the document's lines in reading order.
        relative: its name in the corpus.
        header: what the file itself says of its fields; it counts before what the lines look like.
    """
    head = [line.replace("\t", " ").strip() for line in lines[:_HEADER_LINES]]
    found = {**_header(head), **_stated(header)}
    _complete_symbol(found, head + [line for fact in header for line in fact.lines])
    boxes = sum(1 for line in head if _patterns().box.match(line))
    kind = _kind(lines, boxes, found)
    named = read_file_name(PurePosixPath(relative).name)
    notices = []
    if named is not None and _differs(found.get("symbol"), named):
        notices.append(
            Notice("file-name", f"the file name says {named.symbol}, the document {found['symbol']}; that counts")
        )
    inferred = [name for name in ("symbol", "meeting") if name not in found and named is not None]
    found |= {name: getattr(named, name) for name in inferred}
    if kind is DocumentKind.REPORT:
        if "meeting" not in found and (years := [int(y) for line in lines for y in _YEAR.findall(line)]):
            found["meeting"] = f"Council {max(y for y in years if y <= _latest_plausible(years))}"
            inferred.append("meeting")
        if "title" not in found:
            found["title"] = PurePosixPath(relative).stem.replace("-", " ")
            inferred.append("title")
    return Described(kind, DocumentMetadata(**found, inferred=tuple(inferred)), tuple(notices))


def is_header_line(line: str) -> bool:
    """Whether a line stands in the header table of a meeting document: number, agenda item or original language."""
    patterns = _patterns()
    return any(p.match(line) for p in (patterns.agenda, patterns.original, patterns.amending)) or (
        (match := patterns.document.match(line)) is not None
        and bool(_SYMBOL.match(match["v"]) or _BARE_NUMBER.match(match["v"]))
    )


def is_field(line: str) -> bool:
    """Whether a line is a number, agenda item, date, language or meeting, and so neither source nor title."""
    return _recognise(line, {})


def is_box_heading(line: str) -> bool:
    """Whether a line is the heading of a box such as Summary or Purpose, which ends the header."""
    return bool(_patterns().box.match(line))


def label_field(cell: str) -> str | None:
    """The field that a cell names for the one beside it, such as ``Source:``; None for any other cell."""
    words = load_header_words()
    label = cell.rstrip(":： ").lower()
    return "source" if label in words.source else "title" if label in words.title else None


def _latest_plausible(years: Sequence[int]) -> int:
    """The highest year cited twice, since a single far year is usually a target and not a date of meeting."""
    repeated = [y for y in years if years.count(y) > 1]
    return max(repeated or years)


def _kind(lines: Sequence[str], boxes: int, found: dict[str, Any]) -> DocumentKind:
    if any(_MARKER.match(line) for line in lines):
        return DocumentKind.PROPOSAL
    if boxes >= 2 or found.get("source", "").lower().startswith("report"):
        return DocumentKind.REPORT
    if any(_ENACTING.match(line) for line in lines):
        return DocumentKind.INSTRUMENTS
    return DocumentKind.OTHER


def _header(head: Sequence[str]) -> dict[str, Any]:
    """Fields that the lines show by their words."""
    found: dict[str, Any] = {}
    patterns = _patterns()
    for index, line in enumerate(head):
        _recognise(line, found)
        if (match := patterns.source.match(line)) and "source" not in found:
            found["source"] = (match["v"] or match["report"]).strip()
            if title := _title(head[index + 1 :]):
                found.setdefault("title", title)
        elif (match := patterns.title.match(line)) and "source" in found:
            found["title"] = match["v"].strip()
    return found


def _recognise(line: str, found: dict[str, Any]) -> bool:
    """Whether a line is number, agenda item, date, language or meeting; it is kept where the field is still open."""
    patterns = _patterns()
    named = patterns.document.match(line)
    if match := _SYMBOL.match(named["v"] if named else line):
        found.setdefault("symbol", match["symbol"])
        return True
    if patterns.amending.match(line) or (named and _BARE_NUMBER.match(named["v"])):
        return True
    for name, pattern in (("agenda_item", patterns.agenda), ("date", patterns.date), ("meeting", _MEETING)):
        if match := pattern.match(line):
            found.setdefault(name, match["v"].strip())
            return True
    if match := patterns.original.match(line):
        languages = load_header_words().languages
        written = (match["v"] or match["only"].split()[0]).lower()
        found.setdefault("original_language", languages.get(written, "english" if match["only"] else written))
        return True
    return False


def _stated(header: Sequence[HeaderFact]) -> dict[str, Any]:
    """Fields that the file names itself; a line that is plainly another field than named counts as what it is.

    Templates let the name of the meeting's cell run on over the agenda item.
    """
    found: dict[str, Any] = {}
    for fact in header:
        rest = [line for line in fact.lines if not _recognise(line, found)]
        if fact.field in ("source", "title") and rest:
            found.setdefault(fact.field, " ".join(_title(rest, len(rest)).split()))
    return {name: text for name, text in found.items() if text}


def _complete_symbol(found: dict[str, Any], lines: Sequence[str]) -> None:
    """Put together a number that the header spreads: ``Revision 1 to`` / ``Document C19/38-E``, ``Document 38-E``.

    An addendum to an addendum names the outer one last and is written last.
    """
    patterns, words = _patterns(), load_header_words()
    marks: dict[str, None] = {}
    for line in lines:
        if patterns.amending.match(line):
            marks |= {
                f"({words.markers[m['word'].lower()]}.{m['number']})": None for m in patterns.marks.finditer(line)
            }
        named = patterns.named.search(line)
        if named and (match := _SYMBOL.match(named["v"])):
            found.setdefault("symbol", match["symbol"])
        bare = _BARE_NUMBER.match(named["v"]) if named else None
        if bare and "symbol" not in found and (beginning := _meeting_beginning(found.get("meeting", ""))):
            found["symbol"] = f"{beginning}/{bare['number']}{bare['language'] or ''}"
    if marks and "symbol" in found and "(" not in found["symbol"]:
        number, language = re.fullmatch(r"(.*?)(-[A-Z])?", found["symbol"]).groups("")  # type: ignore[union-attr]
        found["symbol"] = f"{number}{''.join(reversed(marks))}{language}"


def _meeting_beginning(meeting: str) -> str | None:
    """``WTSA-24`` for a meeting whose name ends in its acronym."""
    match = _MEETING_ACRONYM.search(meeting)
    form = load_header_words().meetings.get(match["acronym"]) if match else None
    return form.format(yy=match["year"]) if match and form else None


def _differs(symbol: str | None, named: FileName) -> bool:
    def bare(text: str) -> str:
        return re.sub(r"-[ACEFRSMX]$|[\s.-]", "", text).upper()

    return symbol is not None and bare(symbol) != bare(named.symbol)


def _title(following: Sequence[str], most: int = 6) -> str:
    """The lines after the source, up to the first box or numbered heading: a title is often broken over several."""
    patterns = _patterns()
    parts = []
    for line in following[:most]:
        if patterns.box.match(line) or re.match(r"\d+\.?\s", line) or patterns.amending.match(line):
            break
        parts.append(line)
    return " ".join(parts).strip()


@cache
def _patterns() -> _Patterns:
    words = load_header_words()

    def one_of(texts: Sequence[str]) -> str:
        return "|".join(re.escape(text).replace(r"\ ", r"\s+") for text in sorted(texts, key=len, reverse=True))

    colon = r"\s*[:：]\s*"
    marks = rf"(?P<word>{one_of(tuple(words.markers))})\s*(?P<number>\d{{1,3}})"
    document = rf"(?:{one_of(words.document)})\s*(?P<v>[A-Z0-9]\S*(?:\s?\((?:Rev|Add|Corr)\.?\s?\d+\)\S*)*)$"
    western = rf"\d{{1,2}}\.?\s+(?:de\s+)?(?:{one_of(words.months)})\s+(?:de\s+)?(?:19|20)\d\d(?:\s*г(?:\.|ода))?"
    reports = rf"(?P<report>(?:{one_of(words.reports)}) .{{3,120}})"
    return _Patterns(
        agenda=re.compile(rf"^(?:{one_of(words.agenda)})\s*[:：]?\s*(?P<v>\S.*)$", re.I),
        document=re.compile(f"^{document}", re.I),
        date=re.compile(rf"^(?P<v>{western}|(?:19|20)\d\d年\d{{1,2}}月\d{{1,2}}日)$", re.I),
        original=re.compile(
            rf"^(?:(?:{one_of(words.original)}){colon}(?P<v>\w+)|(?P<only>{one_of(words.only)}))$", re.I
        ),
        source=re.compile(rf"^(?:(?:{one_of(words.source)}){colon}(?P<v>.+)|{reports})$", re.I),
        title=re.compile(rf"^(?:{one_of(words.title)}){colon}(?P<v>.+)$", re.I),
        box=re.compile(rf"^(?:{one_of(words.boxes)})\s*:?$", re.I),
        amending=re.compile(f"^{marks}", re.I),
        marks=re.compile(marks, re.I),
        named=re.compile(rf"(?:^|\s){document}", re.I),
    )
