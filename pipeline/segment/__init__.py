"""Documents to resolutions with sections, clauses, actors and citations."""

from pipeline.segment.document import cite_document, segment_document
from pipeline.segment.exchange import to_exchange
from pipeline.segment.lineage import Settled, settle_corpus

__all__ = ["Settled", "cite_document", "segment_document", "settle_corpus", "to_exchange"]
