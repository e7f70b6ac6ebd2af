"""Notes of a Word file in the order in which its text calls them, with the marks that a reader sees."""

from collections.abc import Iterator

from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from lxml import etree

from pipeline.domain import BlockKind, RevisionKind, View
from pipeline.ingest.layout import Change, Paragraph
from pipeline.ingest.numbering import written_as
from pipeline.ingest.word_changes import has_changes, undo_changes
from pipeline.ingest.word_text import NoteCall, Reading, Words, join
from pipeline.ingest.word_xml import W, every_paragraph, only_part, parts, value

__all__ = ["Notes"]

_KINDS = {"footnote": RELATIONSHIP_TYPE.FOOTNOTES, "endnote": RELATIONSHIP_TYPE.ENDNOTES}
_RULES = ("separator", "continuationSeparator", "continuationNotice")
_USUAL = {"footnote": "decimal", "endnote": "lowerRoman"}


class Notes:
    """The notes of one file by kind and identifier, and how Word writes their numbers.

    ``unread`` says that how it writes them could not be read; they are then written as is usual.
    """

    def __init__(self, word: WordDocument, view: View) -> None:
        self._notes: dict[tuple[str, str], etree._Element] = {}
        self.changed = False
        for kind, relation in _KINDS.items():
            for root in parts(word, (relation,)):
                self.changed = self.changed or has_changes(root)
                if view is View.ORIGINAL:
                    undo_changes(root)
                for note in root.findall(f"{W}{kind}"):
                    if note.get(f"{W}type") not in _RULES:
                        self._notes[kind, note.get(f"{W}id", "")] = note
        settings, unread = only_part(word, RELATIONSHIP_TYPE.SETTINGS, "settings")
        self.unread = unread and bool(self._notes)
        self._forms = {kind: value(settings, f"{W}{kind}Pr/{W}numFmt") or usual for kind, usual in _USUAL.items()}

    def __len__(self) -> int:
        return len(self._notes)

    def paragraphs(self, reading: Reading) -> Iterator[Paragraph]:
        """One paragraph a note: first the footnotes, then the endnotes, each in the order of ``reading.calls``.

        The number of a note with a mark of its own is not used up. What only words that were struck out call has no
        text of its own, but stands in the changes. Notes that nothing calls are not shown by Word and left out.
        """
        calls = list(reading.calls)
        for kind in _KINDS:
            number = 0
            told: set[str] = set()
            for call in (c for c in calls if c.kind == kind):
                note = self._notes.get((kind, call.id))
                if note is None or call.id in told:
                    continue
                told.add(call.id)
                number += not (call.custom or call.gone)
                yield self._paragraph(note, call, number, reading)

    def uncalled(self, reading: Reading) -> int:
        """How many notes nothing in the text calls."""
        return len(self._notes.keys() - {(call.kind, call.id) for call in reading.calls})

    def _paragraph(self, note: etree._Element, call: NoteCall, number: int, reading: Reading) -> Paragraph:
        parts_ = [reading.words(p) for p in every_paragraph(note)]
        if call.gone:
            text = " ".join(p.text or "".join(c.text for c in p.changes if c.gone) for p in parts_).strip()
            return Paragraph("", BlockKind.FOOTNOTE, changes=(Change(RevisionKind.DELETE, 0, 0, text, True),))
        label = call.mark if call.custom else f"{written_as(self._forms[call.kind], number)}{call.mark}"
        words = _run_together(parts_, label, call.mark)
        return Paragraph(words.text, BlockKind.FOOTNOTE, changes=words.changes)


def _run_together(parts_: list[Words], label: str, mark: str) -> Words:
    """One line: the mark and a tab, then the paragraphs of the note without the mark that some repeat by hand."""
    first = parts_[0].text.lstrip() if parts_ else ""
    typed = next((m for m in (label, mark) if m and first.startswith((f"{m} ", f"{m}\t"))), None)
    if typed is not None:
        cut = len(parts_[0].text) - len(first) + len(typed)
        changes = tuple(
            Change(c.kind, max(c.start - cut, 0), max(c.end - cut, 0), c.text, c.gone) for c in parts_[0].changes
        )
        parts_ = [Words(parts_[0].text[cut:], changes), *parts_[1:]]
    return join([Words(f"{label}\t"), *(words for part in parts_ for words in (part, Words(" ")))])
