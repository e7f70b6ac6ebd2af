"""Reports of a run: one view model, and one writer for each format (``html``, ``excel``, ``word``)."""

from pipeline.report.model import ReportView
from pipeline.report.view import build_view

__all__ = ["ReportView", "build_view"]
