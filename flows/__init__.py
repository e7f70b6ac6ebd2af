"""The road as Prefect flows, and the front door: the ``overlap`` command. Nobody imports this package."""
