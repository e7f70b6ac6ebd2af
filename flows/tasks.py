"""Each stage as a Prefect task. A task is one call; what travels between tasks are references into the run folder.

Results are not cached by Prefect: its keys know nothing of the bytes behind a reference. What is worth keeping from run
to run is kept by content, in the vector cache.
"""

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows import stages

__all__ = ["cluster", "compare", "embed", "ingest", "match", "open_run", "publish", "rank", "segment"]

open_run = task(name="open", cache_policy=NO_CACHE)(stages.open_run)
ingest = task(name="ingest", cache_policy=NO_CACHE)(stages.ingest)
segment = task(name="segment", cache_policy=NO_CACHE)(stages.segment)
embed = task(name="embed", cache_policy=NO_CACHE)(stages.embed)
match = task(name="match", cache_policy=NO_CACHE)(stages.match)
compare = task(name="compare", cache_policy=NO_CACHE)(stages.compare)
cluster = task(name="cluster", cache_policy=NO_CACHE)(stages.cluster)
rank = task(name="rank", cache_policy=NO_CACHE)(stages.rank)
publish = task(name="publish", cache_policy=NO_CACHE)(stages.publish)
