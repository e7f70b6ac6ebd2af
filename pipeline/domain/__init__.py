"""The nouns: frozen, typed, without input or output. Every stage of the road takes and gives these."""

from pipeline.domain.body import Body, Sector
from pipeline.domain.citation import Citation, CitationKind
from pipeline.domain.citing import cite, cite_clause, place_of
from pipeline.domain.document import (
    Block,
    BlockKind,
    Box,
    Document,
    DocumentKind,
    DocumentMetadata,
    Notice,
    Rejected,
    boxes_of,
)
from pipeline.domain.finding import Cluster, Finding, Remedy, Signal, SignalKind
from pipeline.domain.identifier import (
    InstrumentId,
    InstrumentType,
    QuestionId,
    ResolutionId,
    clause_id,
    instrument_of,
    parse_instrument_id,
)
from pipeline.domain.instrument import Clause, Lineage, Part, Resolution, Section, Standing
from pipeline.domain.overlap import Contribution, Evidence, Kinship, Match, MatchKind, Overlap, Relation, ResolutionPair
from pipeline.domain.review import Outcome, ReviewDecision
from pipeline.domain.run import Manifest, RunRecord
from pipeline.domain.span import Span
from pipeline.domain.text import fold_space, plain_characters

__all__ = [
    "Block",
    "BlockKind",
    "Body",
    "Box",
    "Citation",
    "CitationKind",
    "Clause",
    "Cluster",
    "Contribution",
    "Document",
    "DocumentKind",
    "DocumentMetadata",
    "Evidence",
    "Finding",
    "InstrumentId",
    "InstrumentType",
    "Kinship",
    "Lineage",
    "Manifest",
    "Match",
    "MatchKind",
    "Notice",
    "Outcome",
    "Overlap",
    "Part",
    "QuestionId",
    "Rejected",
    "Relation",
    "Remedy",
    "Resolution",
    "ResolutionId",
    "ResolutionPair",
    "ReviewDecision",
    "RunRecord",
    "Section",
    "Sector",
    "Signal",
    "SignalKind",
    "Span",
    "Standing",
    "boxes_of",
    "cite",
    "cite_clause",
    "clause_id",
    "fold_space",
    "instrument_of",
    "parse_instrument_id",
    "place_of",
    "plain_characters",
]
