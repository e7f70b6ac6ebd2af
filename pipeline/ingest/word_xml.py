"""The XML of Word files: names, and ways through it that see past whatever wraps paragraphs, runs and cells."""

from collections.abc import Iterator, Sequence

from docx.document import Document as WordDocument
from docx.opc.part import XmlPart
from lxml import etree

from pipeline.errors import UnreadableDocumentError

__all__ = [
    "ADDED",
    "BOX",
    "STRUCK",
    "W",
    "damaged",
    "every_paragraph",
    "found",
    "inside",
    "is_on",
    "only_part",
    "parts",
    "value",
]

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
BOX = f"{W}txbxContent"
# Around words that were put in or taken away: the proposed reading knows the first, the original the second.
ADDED = frozenset({f"{W}ins", f"{W}moveTo"})
STRUCK = frozenset({f"{W}del", f"{W}moveFrom"})
_SAFE_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def inside(element: etree._Element, struck: bool = False) -> Iterator[etree._Element]:
    """Children in the proposed reading, with what was struck out only when asked for.

    Of alternatives for newer and older programs the first counts, which is the one that Word takes. The hint that a
    content control shows while nobody has filled it in is no text.
    """
    for child in element:
        if child.tag == f"{_MC}AlternateContent":
            taken = child.find(f"{_MC}Choice")
            taken = child.find(f"{_MC}Fallback") if taken is None else taken
            if taken is not None:
                yield from inside(taken, struck)
        elif child.tag == f"{W}sdt" and is_on(child.find(f"{W}sdtPr/{W}showingPlcHdr")):
            continue
        elif isinstance(child.tag, str) and (struck or child.tag not in STRUCK):
            yield child


def found(element: etree._Element, tags: frozenset[str], struck: bool = False) -> Iterator[etree._Element]:
    """Elements below this one with such a tag, outermost only, whatever wraps them.

    Content controls, hyperlinks, smart tags and the like are seen through; text boxes are never entered, so that
    each belongs to the nearest box around it.
    """
    for child in inside(element, struck):
        if child.tag in tags:
            yield child
        elif child.tag != BOX:
            yield from found(child, tags, struck)


def every_paragraph(element: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs below an element, those of its tables and text boxes too, each once."""
    for part in found(element, frozenset({f"{W}p", BOX})):
        if part.tag == f"{W}p":
            yield part
        yield from every_paragraph(part)


def value(element: etree._Element | None, path: str) -> str | None:
    """The value of the property at this path below an element, or None."""
    if element is None or (found_ := element.find(path)) is None:
        return None
    written = found_.get(f"{W}val")
    return None if written is None else str(written)


def is_on(mark: etree._Element | None) -> bool:
    """Whether a property that is on or off is on."""
    return mark is not None and mark.get(f"{W}val", "true") not in ("0", "false", "off")


def parts(word: WordDocument, kinds: Sequence[str]) -> Iterator[etree._Element]:
    """Roots of the parts of these kinds, in the order in which the file names them.

    Raises:
        UnreadableDocumentError: one of them is broken.
    """
    for relation in word.part.rels.values():
        if relation.reltype in kinds and not relation.is_external:
            try:
                yield etree.fromstring(relation.target_part.blob, _SAFE_PARSER)
            except etree.XMLSyntaxError as error:
                raise damaged(error) from error


def only_part(word: WordDocument, kind: str, root: str) -> tuple[etree._Element, bool]:
    """The root of the one part of a kind, an empty one without it, and whether there is something that cannot be read.

    Two parts of one kind contradict each other; a part may lie outside the file, or hold something else.

    Args:
        word: the file.
        kind: the type of the relation to the part.
        root: the name that its root must have.
    """
    relations = [relation for relation in word.part.rels.values() if relation.reltype == kind]
    if len(relations) == 1 and not relations[0].is_external:
        part = relations[0].target_part
        if isinstance(part, XmlPart) and part.element.tag == f"{W}{root}":
            return part.element, False
    return etree.Element(f"{W}{root}"), bool(relations)


def damaged(error: Exception) -> UnreadableDocumentError:
    """The plain reason for a file that breaks its reader."""
    return UnreadableDocumentError(
        f"the Word file is damaged ({type(error).__name__}); open it in Word, save it again and retry"
    )
