"""The analyst app: pages over the database, for people who review what a run found.

It holds no rule of its own: what a decision means, which pair comes next and who may do what stand in ``review`` and
``store.database``. It listens on the loopback address unless it is started as shared, and asks no other machine for
anything.
"""

from pipeline.web.app import create_app
from pipeline.web.settings import OpenIdSettings, WebSettings

__all__ = ["OpenIdSettings", "WebSettings", "create_app"]
