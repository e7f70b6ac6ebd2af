"""How the app is started: frozen values, made once by the command line or a test."""

from dataclasses import dataclass
from datetime import timedelta

from pipeline.errors import ConfigurationError

__all__ = ["LOOPBACK", "OpenIdSettings", "WebSettings"]

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class OpenIdSettings:
    """A provider of OpenID Connect; ``issuer`` is its address without ``/.well-known/openid-configuration``."""

    issuer: str
    client_id: str
    client_secret: str
    label: str = "single sign-on"


@dataclass(frozen=True, slots=True)
class WebSettings:
    """Everything that the app needs to know before the first request.

    ``shared`` turns on accounts: without it there is one person, who signs in by a one-time link. ``hosts`` are the
    names under which the app may be asked for; on loopback they are those of this machine. ``https`` says that people
    reach the app over TLS, so that its cookies travel on TLS only. ``outputs`` is the folder that holds the runs.
    """

    database: str
    outputs: str = "outputs"
    host: str = "127.0.0.1"
    port: int = 8737
    shared: bool = False
    hosts: tuple[str, ...] = ()
    https: bool = False
    session_life: timedelta = timedelta(hours=12)
    openid: OpenIdSettings | None = None
    development: bool = False

    def __post_init__(self) -> None:
        if self.openid is not None and not self.shared:
            raise ConfigurationError("OpenID Connect needs accounts: start with --shared")
        if not self.shared and self.host not in {"127.0.0.1", "localhost", "::1"}:
            raise ConfigurationError(f"without --shared the app listens on this machine only, not on {self.host}")

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """The host names that a request may carry, without port."""
        return (*LOOPBACK, *self.hosts) if self.shared else LOOPBACK

    @property
    def address(self) -> str:
        """Where a person on this machine opens the app."""
        scheme = "https" if self.https else "http"
        host = "127.0.0.1" if self.host in {"0.0.0.0", "localhost"} else self.host
        return f"{scheme}://{host}:{self.port}"
