"""Texts to vectors: the encoder, and passages each encoded once."""

from pipeline.embed.card import ModelCard, model_card
from pipeline.embed.choice import load_encoder
from pipeline.embed.encoder import Encoder, TokenVectors, VectorCache
from pipeline.embed.passages import Embeddings, Passage, embed_passages, passages

__all__ = [
    "Embeddings",
    "Encoder",
    "ModelCard",
    "Passage",
    "TokenVectors",
    "VectorCache",
    "embed_passages",
    "load_encoder",
    "model_card",
    "passages",
]
