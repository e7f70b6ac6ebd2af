"""Styles of a Word file: what a paragraph or run looks like once its style and all that it is based on are followed."""

from collections.abc import Iterator
from typing import Self

from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from lxml import etree

from pipeline.ingest.word_xml import W, is_on, only_part, value
from pipeline.reference import load_word_facts

__all__ = ["Styles"]

# Word allows ten; a damaged file may go round in circles.
_MAX_CHAIN = 20


class Styles:
    """The styles of one file by their identifier, which differs between languages of Word, unlike the name.

    ``unread`` says that the file has styles that could not be read.
    """

    def __init__(self, styles: dict[str, etree._Element], unread: bool = False) -> None:
        self.unread = unread
        self._styles = styles
        self._facts = load_word_facts()
        self._names: dict[str, str] = {}

    @classmethod
    def of(cls, word: WordDocument) -> Self:
        """Styles of a file; empty when it has none, or none that can be read."""
        root, unread = only_part(word, RELATIONSHIP_TYPE.STYLES, "styles")
        return cls({style.get(f"{W}styleId", ""): style for style in root.iter(f"{W}style")}, unread)

    def chain(self, style_id: str) -> Iterator[etree._Element]:
        """The style and those that it is based on, nearest first."""
        for _ in range(_MAX_CHAIN):
            style = self._styles.get(style_id)
            if style is None:
                return
            yield style
            style_id = value(style, f"{W}basedOn") or ""

    def identifiers(self) -> Iterator[str]:
        """Identifiers of all styles."""
        yield from self._styles

    def name(self, style_id: str) -> str:
        """Name in small letters; for a style of no known name that of the nearest known one that it is based on."""
        if style_id not in self._names:
            names = [written for style in self.chain(style_id) if (written := _name(style))]
            known = (name for name in names if self._facts.knows_style(name))
            self._names[style_id] = next(known, names[0] if names else style_id.lower())
        return self._names[style_id]

    def toggled(self, run: etree._Element, paragraph_style: str, name: str) -> bool:
        """Whether a run is set so (``i``, ``vanish``): its own property counts, else the one of its styles.

        A paragraph style and a character style that both set it cancel each other, as Word has it.
        """
        own = run.find(f"{W}rPr/{W}{name}")
        if own is not None:
            return is_on(own)
        run_style = value(run, f"{W}rPr/{W}rStyle") or ""
        return self._sets(run_style, name) != self._sets(paragraph_style, name)

    def marks_note(self, run: etree._Element) -> bool:
        """Whether a run is in the style of the marks that call a note."""
        run_style = value(run, f"{W}rPr/{W}rStyle")
        return run_style is not None and any(_name(s) in self._facts.note_marks for s in self.chain(run_style))

    def is_raised(self, run: etree._Element) -> bool:
        """Whether a run is set as superscript."""
        raised = value(run, f"{W}rPr/{W}vertAlign")
        if raised is None:
            styles = self.chain(value(run, f"{W}rPr/{W}rStyle") or "")
            raised = next((v for s in styles if (v := value(s, f"{W}rPr/{W}vertAlign")) is not None), None)
        return raised == "superscript"

    def _sets(self, style_id: str, name: str) -> bool:
        marks = (style.find(f"{W}rPr/{W}{name}") for style in self.chain(style_id))
        return is_on(next((mark for mark in marks if mark is not None), None))


def _name(style: etree._Element) -> str:
    """Name in small letters, without the further names that old files append after a comma."""
    return (value(style, f"{W}name") or "").partition(",")[0].strip().lower()
