"""Where results stay: run folders, and the cache of vectors.

``runs`` finds and reads finished runs, ``staging`` makes new ones, ``contents`` reads and writes what is in a run,
``embeddings`` keeps the vector of every passage that was ever embedded. Import the module that is needed: ``runs`` is
light, the others load the libraries for tables and arrays.
"""

from pipeline.store.runs import RunFolder, find_run, latest_run, list_runs, load_run

__all__ = ["RunFolder", "find_run", "latest_run", "list_runs", "load_run"]
