"""The nouns: frozen, typed, without input or output. Every stage of the road takes and gives these."""

from pipeline.domain.body import Adopter, Body, Organ, Sector, organ_of
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
from pipeline.domain.expression import Expression, Rendering
from pipeline.domain.finding import Cluster, Finding, Remedy, Signal, SignalKind
from pipeline.domain.heading import Heading, HeadingKind
from pipeline.domain.identifier import (
    ForeignId,
    InstrumentId,
    InstrumentType,
    QuestionId,
    ResolutionId,
    clause_id,
    instrument_of,
    parse_instrument_id,
)
from pipeline.domain.instrument import Clause, Lineage, Part, Resolution, Section, Standing
from pipeline.domain.mandate import Action, Force, Mandate, Phrase
from pipeline.domain.overlap import Contribution, Evidence, Kinship, Match, MatchKind, Overlap, Relation, ResolutionPair
from pipeline.domain.quality import DocumentQuality, QualityGrade, QualityWarning
from pipeline.domain.review import Claim, Outcome, OverlapClass, PairState, QueueOrder, ReviewDecision, Role
from pipeline.domain.revision import Revision, RevisionKind, View, unrevised
from pipeline.domain.run import Manifest, RunRecord
from pipeline.domain.span import Span
from pipeline.domain.text import fold_space, plain_characters

__all__ = [
    "Action",
    "Adopter",
    "Block",
    "BlockKind",
    "Body",
    "Box",
    "Citation",
    "CitationKind",
    "Claim",
    "Clause",
    "Cluster",
    "Contribution",
    "Document",
    "DocumentKind",
    "DocumentMetadata",
    "DocumentQuality",
    "Evidence",
    "Expression",
    "Finding",
    "Force",
    "ForeignId",
    "Heading",
    "HeadingKind",
    "InstrumentId",
    "InstrumentType",
    "Kinship",
    "Lineage",
    "Mandate",
    "Manifest",
    "Match",
    "MatchKind",
    "Notice",
    "Organ",
    "Outcome",
    "Overlap",
    "OverlapClass",
    "PairState",
    "Part",
    "Phrase",
    "QualityGrade",
    "QualityWarning",
    "QuestionId",
    "QueueOrder",
    "Rejected",
    "Relation",
    "Remedy",
    "Rendering",
    "Resolution",
    "ResolutionId",
    "ResolutionPair",
    "ReviewDecision",
    "Revision",
    "RevisionKind",
    "Role",
    "RunRecord",
    "Section",
    "Sector",
    "Signal",
    "SignalKind",
    "Span",
    "Standing",
    "View",
    "boxes_of",
    "cite",
    "cite_clause",
    "clause_id",
    "fold_space",
    "instrument_of",
    "organ_of",
    "parse_instrument_id",
    "place_of",
    "plain_characters",
    "unrevised",
]
