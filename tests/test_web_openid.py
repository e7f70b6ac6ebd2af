"""Signing in through a provider of OpenID Connect; a small provider on this machine plays its part."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.testclient import TestClient
from web_fixture import Web, web_on

from pipeline.domain import Role
from pipeline.store.database import open_database
from pipeline.web import OpenIdSettings


@dataclass
class Provider:
    """What the provider knows: its key, the codes it gave out, and what it will say of the person."""

    key: RSAKey
    issuer: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    claims: dict[str, object] = field(default_factory=lambda: {"sub": "u-1", "name": "Dana K.", "email": "dana@x.org"})
    signed_with: RSAKey | None = None
    audience: str = "overlap"

    def authorize(self, address: str) -> str:
        """What the provider does when somebody has signed in there: the address to go back to."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        self.codes["code-1"] = asked
        return f"{asked['redirect_uri']}?code=code-1&state={asked['state']}"

    def token(self, sent: dict[str, str]) -> dict[str, object]:
        asked = self.codes.pop(sent["code"])
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent["code_verifier"].encode()).digest()).rstrip(b"=")
        if challenge.decode() != asked["code_challenge"]:
            return {"error": "invalid_grant"}
        now = int(time.time())
        told = {"iss": self.issuer, "aud": self.audience, "iat": now, "exp": now + 60, "nonce": asked["nonce"]}
        signed = jwt.encode({"alg": "RS256", "kid": "k"}, {**told, **self.claims}, self.signed_with or self.key)
        return {"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": signed}


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider(RSAKey.generate_key(2048, {"kid": "k", "use": "sig", "alg": "RS256"}))

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/.well-known"):
                self.say(
                    {
                        "issuer": made.issuer,
                        "authorization_endpoint": f"{made.issuer}/authorize",
                        "token_endpoint": f"{made.issuer}/token",
                        "jwks_uri": f"{made.issuer}/keys",
                        "id_token_signing_alg_values_supported": ["RS256"],
                    }
                )
            else:
                self.say({"keys": [made.key.as_dict(private=False)]})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self.say(made.token({key: values[0] for key, values in parse_qs(body).items()}))

        def say(self, value: object) -> None:
            body = json.dumps(value).encode()
            self.send_response(400 if isinstance(value, dict) and "error" in value else 200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    made.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    path = tmp_path / "overlap.db"
    open_database(str(path), upgrade=True).close()
    return path


@pytest.fixture
def shared(empty: Path, provider: Provider) -> Iterator[Web]:
    settings = OpenIdSettings(provider.issuer, "overlap", "secret", "Example ID")
    with web_on(empty, openid=settings) as made:
        yield made


def go(client: TestClient, provider: Provider) -> str:
    """Leave for the provider, sign in there; the path that the provider sends back to."""
    sent = client.get("/sign-in/openid")
    assert sent.headers["location"].startswith(f"{provider.issuer}/authorize?")
    back = urlsplit(provider.authorize(sent.headers["location"]))
    return f"{back.path}?{back.query}"


def test_somebody_new_comes_in_as_a_viewer_and_is_known_the_next_time(shared: Web, provider: Provider) -> None:
    client = shared.client()
    assert "Sign in with Example ID" in client.get("/sign-in").text
    assert client.get(go(client, provider)).status_code == 303
    page = client.get("/account.json").json()
    assert (page["person"]["name"], page["person"]["role"]) == ("Dana K.", Role.VIEWER.value)
    provider.claims["name"] = "Dana Kim"
    again = shared.client()
    again.get(go(again, provider))
    assert again.get("/account.json").json()["person"]["id"] == page["person"]["id"]


def test_the_same_address_at_the_provider_takes_over_no_account(shared: Web, provider: Provider) -> None:
    """A provider lets people choose their e-mail address: an account here is found by its subject alone."""
    anna = shared.person("dana@x.org", Role.ADMIN)
    client = shared.client()
    client.get(go(client, provider))
    person = client.get("/account.json").json()["person"]
    assert person["id"] != anna.id
    assert person["role"] == Role.VIEWER.value


def test_an_answer_for_another_browser_is_refused(shared: Web, provider: Provider) -> None:
    back = go(shared.client(), provider)
    stranger = shared.client()
    assert stranger.get(back).status_code == 403
    assert stranger.get("/account").status_code == 303


def test_a_token_with_a_foreign_signature_is_refused(shared: Web, provider: Provider) -> None:
    provider.signed_with = RSAKey.generate_key(2048, {"kid": "k", "use": "sig", "alg": "RS256"})
    client = shared.client()
    assert client.get(go(client, provider)).status_code == 403


def test_a_token_for_another_app_is_refused(shared: Web, provider: Provider) -> None:
    provider.audience = "another"
    client = shared.client()
    assert client.get(go(client, provider)).status_code == 403


def test_without_a_provider_the_way_is_closed(empty: Path) -> None:
    with web_on(empty) as web:
        assert web.client().get("/sign-in/openid").status_code == 404
        assert "openid" not in web.client().get("/sign-in").text
