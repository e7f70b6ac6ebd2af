"""What each worker process of a cluster that we start does first; Dask loads this module by its name.

A cluster at an address can do the same: ``dask worker ADDRESS --nthreads 1 --preload flows.dask_worker``.
"""

import logging
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from distributed import Worker

__all__ = ["dask_setup"]


def dask_setup(_worker: "Worker") -> None:
    """Leave Ctrl-C to the process that started us, and its terminal alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
