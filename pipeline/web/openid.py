"""Signing in through a provider of OpenID Connect, by the authorization code flow with PKCE."""

from __future__ import annotations

from dataclasses import dataclass

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.starlette_client import OAuth
from fastapi import Request
from joserfc.errors import JoseError
from starlette.responses import Response

from pipeline.web.access import Refused
from pipeline.web.i18n import N_
from pipeline.web.settings import OpenIdSettings

__all__ = ["KnownElsewhere", "OpenIdDoor"]

_REFUSED = N_("The sign-in service did not confirm who you are. Please try again.")


@dataclass(frozen=True, slots=True)
class KnownElsewhere:
    """Somebody as the provider names them; ``subject`` is unique over all providers and never changes."""

    subject: str
    login: str
    name: str


class OpenIdDoor:
    """The way to one provider and back; its address book is read at the first use."""

    def __init__(self, settings: OpenIdSettings) -> None:
        self.label = settings.label
        self._client = OAuth().register(
            "provider",
            client_id=settings.client_id,
            client_secret=settings.client_secret,
            server_metadata_url=f"{settings.issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
        )

    async def send(self, request: Request, back: str) -> Response:
        """The redirection to the provider, which will send the person to the address ``back``."""
        response: Response = await self._client.authorize_redirect(request, back)
        return response

    async def receive(self, request: Request) -> KnownElsewhere:
        """Who came back, as the signed token of the provider says.

        Raises:
            Refused: the provider refused, or its answer does not belong to a request of this browser.
        """
        try:
            token = await self._client.authorize_access_token(request)
        except (OAuthError, JoseError, ValueError) as error:
            raise Refused(403, _REFUSED) from error
        claims = token.get("userinfo") or {}
        if not claims.get("sub") or not claims.get("iss"):
            raise Refused(403, _REFUSED)
        login = str(claims.get("email") or claims.get("preferred_username") or claims["sub"])
        return KnownElsewhere(f"{claims['iss']}#{claims['sub']}", login, str(claims.get("name") or login))
