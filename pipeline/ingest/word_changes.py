"""The original reading of a Word file: all of its tracked changes undone, in its XML."""

from lxml import etree

from pipeline.ingest.word_xml import ADDED, STRUCK, W

__all__ = ["has_changes", "mark_inserted", "mark_joined", "row_struck", "undo_changes"]

_CHANGED = {*ADDED, *STRUCK, f"{W}cellIns", f"{W}cellDel"}
_RENAMED = {f"{W}delText": f"{W}t", f"{W}delInstrText": f"{W}instrText"}
# What the properties of a paragraph or run were before; those of tables and sections say nothing of the words.
_JOINED = f"{W}joined"
_FORMER = {f"{W}pPrChange": f"{W}pPr", f"{W}rPrChange": f"{W}rPr"}
_KEPT = {f"{W}pPr": {f"{W}rPr", f"{W}sectPr"}, f"{W}rPr": {_JOINED}}


def has_changes(root: etree._Element) -> bool:
    """Whether words, paragraphs, rows or cells were put in, taken away or moved below this element."""
    return next(root.iter(*_CHANGED), None) is not None


def mark_joined(paragraph: etree._Element) -> bool:
    """Whether the end of the paragraph was struck out or moved away, so that what follows joins it."""
    return any(paragraph.find(f"{W}pPr/{W}rPr/{W}{name}") is not None for name in ("del", "moveFrom"))


def mark_inserted(paragraph: etree._Element) -> bool:
    """Whether the end of the paragraph is new."""
    return any(paragraph.find(f"{W}pPr/{W}rPr/{W}{name}") is not None for name in ("ins", "moveTo"))


def row_struck(row: etree._Element) -> bool:
    """Whether a whole row of a table was struck out."""
    return row.find(f"{W}trPr/{W}del") is not None


def undo_changes(root: etree._Element) -> None:
    """Make the XML below ``root`` what it was before its tracked changes; it holds none afterwards.

    Words put in are removed and words struck out put back, the same for rows, cells, the ends of paragraphs and
    automatic numbers; paragraphs and runs get their former properties, style and list included.
    """
    _undo_cells(root)
    _undo_marks(root)
    for change in _all(root, *_FORMER):
        _restore(change)
    for element in _all(root, *ADDED):
        _drop(element)
    for element in _all(root, *STRUCK):
        _unwrap(element)
    for element in _all(root, *_RENAMED):
        element.tag = _RENAMED[element.tag]
    for mark in _all(root, _JOINED):
        mark.tag = f"{W}del"


def _undo_cells(root: etree._Element) -> None:
    """Rows and cells of tables."""
    for row in _all(root, f"{W}tr"):
        if row.find(f"{W}trPr/{W}ins") is not None:
            _drop(row)
    for cell in _all(root, f"{W}tc"):
        if cell.find(f"{W}tcPr/{W}cellIns") is not None:
            _drop(cell)
    for mark in _all(root, f"{W}cellIns", f"{W}cellDel", f"{W}cellMerge"):
        _drop(mark)


def _undo_marks(root: etree._Element) -> None:
    """Ends of paragraphs, and lists that paragraphs were put in.

    Where the end of a paragraph was put in, what follows belongs to it: it gets a mark, renamed at last.
    """
    for properties in _all(root, f"{W}pPr"):
        for mark in properties.findall(f"{W}rPr"):
            put_in = any(mark.find(tag) is not None for tag in ADDED)
            for change in [c for c in mark if c.tag in _CHANGED]:
                mark.remove(change)
            if put_in:
                etree.SubElement(mark, _JOINED)
        for list_ in properties.findall(f"{W}numPr"):
            if list_.find(f"{W}ins") is not None:
                properties.remove(list_)


def _restore(change: etree._Element) -> None:
    """Put the former properties in the place of those that hold the note of their change."""
    present = change.getparent()
    tag = _FORMER[change.tag]
    if present is None or present.tag != tag:
        return
    former = change.find(tag)
    kept = [c for c in present if c.tag in _KEPT[tag]]
    for child in list(present):
        present.remove(child)
    present.extend([*(former if former is not None else ()), *kept])


def _unwrap(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is None:
        return
    place = parent.index(element)
    for child in reversed(list(element)):
        parent.insert(place, child)
    parent.remove(element)


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _all(root: etree._Element, *tags: str) -> list[etree._Element]:
    """Such elements below the root, deepest last, in a list that stays while the tree changes."""
    return list(root.iter(*tags))
