"""Reports of a run: one view model (``view``), and one writer for each format (``html``, ``excel``, ``word``).

Only what puts the facts of a run on a report made before is loaded with the package; writers take a while to import.
"""

from pipeline.report.frame import frame_page, frame_workbook

__all__ = ["frame_page", "frame_workbook"]
