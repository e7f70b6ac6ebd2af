"""Texts to vectors: the encoder, and passages each encoded once."""

from pipeline.embed.encoder import Encoder, VectorCache
from pipeline.embed.passages import Embeddings, Passage, embed_passages, passages
from pipeline.embed.sentence import ModelCard, load_encoder, model_card

__all__ = [
    "Embeddings",
    "Encoder",
    "ModelCard",
    "Passage",
    "VectorCache",
    "embed_passages",
    "load_encoder",
    "model_card",
    "passages",
]
