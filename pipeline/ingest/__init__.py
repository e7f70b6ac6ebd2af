"""Files in, frozen documents out; a bad file becomes a row with a reason."""

from pipeline.ingest.copies import merge_copies
from pipeline.ingest.files import find_files, ignored_files, relative_name
from pipeline.ingest.guard import Reader, read_file

__all__ = ["Reader", "find_files", "ignored_files", "merge_copies", "read_file", "relative_name"]
