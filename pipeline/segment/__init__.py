"""Documents to resolutions with sections, clauses, actors and citations."""

from pipeline.segment.document import cite_document, segment_document
from pipeline.segment.exchange import to_exchange
from pipeline.segment.expressions import AlignedExpressions, align_expressions, in_compared_language
from pipeline.segment.lineage import Settled, settle_corpus
from pipeline.segment.outline import read_outline

__all__ = [
    "AlignedExpressions",
    "Settled",
    "align_expressions",
    "cite_document",
    "in_compared_language",
    "read_outline",
    "segment_document",
    "settle_corpus",
    "to_exchange",
]
