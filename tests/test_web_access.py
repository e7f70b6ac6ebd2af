"""Who comes in, and who does not: links, passwords, tokens of forms, hosts, roles, headers."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from web_fixture import ADDRESS, Web, post, token_in, web_on

from pipeline.domain import Role
from pipeline.errors import ConfigurationError
from pipeline.store.database.people import change_person, set_password
from pipeline.web import OpenIdSettings, WebSettings
from pipeline.web.passwords import Brake, hash_password, verify_password


def test_a_link_lets_in_once(web: Web) -> None:
    link = web.link()
    first, second = web.client(), web.client()
    assert first.get(link).headers["location"] == "/"
    assert first.get("/").status_code == 200
    assert second.get(link).status_code == 401
    assert second.get("/").headers["location"].startswith("/sign-in?next=")


def test_a_link_runs_out(web: Web) -> None:
    link = web.link()
    web.clock.pass_by(hours=2)
    assert web.client().get(link).status_code == 401


def test_a_session_runs_out_and_can_be_ended(web: Web) -> None:
    client = web.sign_in()
    assert post(client, "/sign-out").status_code == 303
    assert client.get("/account").status_code == 303
    client = web.sign_in()
    web.clock.pass_by(hours=13)
    assert client.get("/account").status_code == 303


def test_signing_out_everywhere_ends_the_other_sessions(web: Web) -> None:
    here, there = web.sign_in(), web.sign_in()
    post(here, "/sign-out", {"everywhere": "yes"})
    assert there.get("/account").status_code == 303


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(web: Web) -> None:
    cookie = web.client().get(web.link()).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_over_tls_cookies_are_bound_to_the_host(database_copy: Path) -> None:
    with web_on(database_copy, https=True, hosts=("review.example.org",)) as web:
        client = TestClient(web.app, base_url="https://review.example.org", follow_redirects=False)
        answer = client.get("/sign-in")
        assert "secure" in answer.headers["set-cookie"].lower()
        assert answer.headers["set-cookie"].startswith("__Host-")
        assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8737", "evil.example:8737", ""])
def test_a_foreign_host_name_is_refused(web: Web, host: str) -> None:
    """A page of another site that points its own name at this machine gets nothing (DNS rebinding)."""
    client = web.sign_in()
    assert client.get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8737", "localhost:8737", "[::1]:8737"])
def test_the_names_of_this_machine_are_served(web: Web, host: str) -> None:
    assert web.client().get("/sign-in", headers={"host": host}).status_code == 200


def test_every_answer_carries_the_policy(web: Web) -> None:
    client = web.sign_in()
    for path in ("/", "/sign-in", "/nothing", "/static/css/app.css", "/queue?view=rank", "/queues.json"):
        headers = client.get(path).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'self'"
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert policy["form-action"] == policy["script-src"] == policy["style-src"] == "'self'"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["referrer-policy"] == "same-origin"


def test_no_page_has_script_or_style_of_its_own(web: Web) -> None:
    client = web.sign_in("Root", Role.ADMIN)
    paths = ("/", "/queue?view=rank", "/queues", "/queues/new", "/queues/rank", "/account", "/account/keys", "/nothing")
    for path in (*paths, "/admin/people", "/account/password"):
        page = client.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)", page), path
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page), path
        assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", page), path


def test_a_form_without_its_token_changes_nothing(web: Web) -> None:
    client = web.sign_in()
    for address in ("/sign-out", "/queue/decide", "/queue/undo", "/display", "/account/keys", "/account/password"):
        assert client.post(address, data={"csrf": "0" * 64}).status_code == 403
        assert client.post(address).status_code == 403
    assert client.get("/account").status_code == 200


def test_the_token_of_another_session_does_not_do(web: Web) -> None:
    anna, boris = web.sign_in("Anna"), web.sign_in("Boris")
    stolen = token_in(anna.get("/account").text)
    assert boris.post("/sign-out", data={"csrf": stolen}).status_code == 403
    assert boris.post("/sign-out", headers={"x-csrf-token": stolen}).status_code == 403


def test_a_form_of_another_site_is_refused_even_with_the_token(web: Web) -> None:
    client = web.sign_in()
    token = token_in(client.get("/account").text)
    answer = client.post("/sign-out", data={"csrf": token}, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403


def test_somebody_without_a_session_gets_401_where_a_page_makes_no_sense(web: Web) -> None:
    client = web.client()
    assert client.get("/queues.json").status_code == 401
    assert client.get("/queues.json").json()["error"]["status"] == 401


def test_a_redirection_never_leaves_the_app(web: Web) -> None:
    client = web.sign_in()
    for place in ("https://evil.example", "//evil.example", "/\\evil.example"):
        assert post(client, "/display", {"theme": "dark", "next": place}).headers["location"] == "/"


def test_passwords_are_kept_as_hashes_that_fit_one_password() -> None:
    hashed = hash_password("correct horse battery staple")
    assert hashed.startswith("$argon2id$")
    assert verify_password(hashed, "correct horse battery staple")
    assert not verify_password(hashed, "correct horse battery stapler")
    assert not verify_password(None, "no password of anybody")


def _with_password(web: Web) -> None:
    person = web.person("Anna")
    with web.database.write() as session:
        hashed = hash_password("seven calm otters")
        set_password(session, person.id, hashed, now=web.clock(), actor=person.id)


def test_a_password_lets_in_and_a_wrong_one_does_not(web: Web) -> None:
    _with_password(web)
    client = web.client()
    fields = {"login": "ANNA", "password": "seven calm otters", "next": "/queues"}
    assert post(client, "/sign-in", {**fields, "password": "wrong"}, "/sign-in").status_code == 401
    answer = post(client, "/sign-in", fields, "/sign-in")
    assert answer.headers["location"] == "/queues"
    assert client.get("/account").status_code == 200


def test_an_unknown_name_answers_like_a_wrong_password(web: Web) -> None:
    _with_password(web)
    texts = []
    for login in ("anna", "nobody"):
        answer = post(web.client(), "/sign-in", {"login": login, "password": "wrong"}, "/sign-in")
        assert answer.status_code == 401
        texts.append(re.sub(r'value="[^"]*"|"X-CSRF-Token": "\w+"|<span class="mono">\w+', "", answer.text))
    assert texts[0] == texts[1]


def test_guessing_is_slowed_down(web: Web) -> None:
    _with_password(web)
    client = web.client()
    wrong = {"login": "anna", "password": "wrong"}
    codes = [post(client, "/sign-in", wrong, "/sign-in").status_code for _ in range(7)]
    assert codes[:6] == [401] * 6
    assert codes[6] == 429
    right = {"login": "anna", "password": "seven calm otters"}
    assert post(client, "/sign-in", right, "/sign-in").status_code == 429
    web.clock.pass_by(minutes=1)
    assert post(client, "/sign-in", right, "/sign-in").status_code == 303


def test_the_brake_never_waits_longer_than_a_quarter_of_an_hour_and_forgets(web: Web) -> None:
    brake = Brake(web.clock)
    for _ in range(60):
        brake.failed("anna")
    assert 0 < brake.wait("anna").total_seconds() <= 900
    assert not brake.wait("boris")
    brake.passed("anna")
    assert not brake.wait("anna")


def test_a_changed_password_ends_the_other_sessions(web: Web) -> None:
    _with_password(web)
    here, there = web.sign_in(), web.sign_in()
    fields = {"old": "seven calm otters", "new": "eight calm otters swim"}
    assert post(here, "/account/password", {**fields, "old": "wrong"}).status_code == 422
    assert post(here, "/account/password", {**fields, "new": "short"}).status_code == 422
    assert post(here, "/account/password", fields).status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303


def test_only_an_administrator_sees_and_changes_people(web: Web) -> None:
    analyst = web.sign_in("Anna")
    refused = analyst.get("/admin/people")
    assert refused.status_code == 403
    assert "administrator" in refused.text
    root = web.sign_in("Root", Role.ADMIN)
    made = post(root, "/admin/people", {"name": "Chen L.", "login": "chen", "role": "reviewer"}, "/admin/people")
    link = re.search(r"/sign-in/link/[\w-]+", made.text)
    assert link
    chen = web.client()
    assert chen.get(link[0]).status_code == 303
    assert "reviewer" in chen.get("/account").text
    assert link[0] not in root.get("/admin/people.json").text


def test_an_account_that_is_turned_off_is_out_at_once(web: Web) -> None:
    client, anna = web.sign_in(), web.person("Anna")
    with web.database.write() as session:
        change_person(session, anna.id, now=web.clock(), actor="test", active=False)
    assert client.get("/account").status_code == 303


def test_nobody_takes_the_administration_from_themselves(web: Web) -> None:
    root = web.sign_in("Root", Role.ADMIN)
    own = web.person("Root")
    assert post(root, f"/admin/people/{own.id}", {"active": "no"}, "/admin/people").status_code == 403


def test_a_viewer_reads_but_does_not_decide(web: Web) -> None:
    viewer = web.sign_in("Vera", Role.VIEWER)
    assert viewer.get("/queues").status_code == 200
    refused = viewer.get("/queue?view=rank")
    assert refused.status_code == 403
    assert "analyst" in refused.text


def test_alone_on_a_machine_the_link_is_the_only_way_in(database_copy: Path) -> None:
    with web_on(database_copy, shared=False) as web:
        link = web.app.state.sign_ins.first_link()
        assert link.startswith(f"{ADDRESS}/sign-in/link/")
        client = web.client()
        assert post(client, "/sign-in", {"login": "local", "password": "x"}, "/sign-in?lang=en").status_code in (
            403,
            404,
        )
        assert client.get(link.removeprefix(ADDRESS)).status_code == 303
        assert client.get("/admin/people").status_code == 200
        stranger = web.client()
        stranger.get(web.link("Anna"))
        assert stranger.get("/account").status_code == 303


def test_alone_means_alone() -> None:
    with pytest.raises(ConfigurationError, match="this machine only"):
        WebSettings(database="x", host="0.0.0.0")
    with pytest.raises(ConfigurationError, match="--shared"):
        WebSettings(database="x", openid=OpenIdSettings("https://id.example", "a", "b"))


def test_secrets_are_not_in_the_database_nor_in_the_log(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        link = web.link()
        client = web.client()
        client.get(link)
        client.get("/account")
    secret = client.cookies["overlap_session"]
    with web.database.engine.connect() as connection:
        for table in ("tokens", "sessions", "people", "events"):
            held = str(connection.exec_driver_sql(f"SELECT * FROM {table}").all())
            assert secret not in held
            assert link.rpartition("/")[2] not in held
    assert secret not in caplog.text
