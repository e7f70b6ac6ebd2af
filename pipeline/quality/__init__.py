"""How far the reading of a document can be trusted, from signs of the reading alone."""

from pipeline.quality.assess import assess_document, assess_documents

__all__ = ["assess_document", "assess_documents"]
