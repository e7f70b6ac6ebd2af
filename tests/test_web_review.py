"""Reviewing with plain forms: decide, put off, take back, meet a conflict; nothing of it needs a script."""

import json
import re
from html import unescape

import pytest
from starlette.testclient import TestClient
from web_fixture import Web, post, token_in

from pipeline.domain import Outcome, QueueOrder, Role
from pipeline.report.diff import compare_texts
from pipeline.report.differences import differences
from pipeline.store.database.audit import EventFilter, list_events, verify_chain
from pipeline.store.database.detail import pair_detail
from pipeline.store.database.filters import PairFilter
from pipeline.store.database.listing import list_pairs
from pipeline.store.database.queues import define_queue
from pipeline.store.database.views import PairDetail
from pipeline.web import wording
from pipeline.web.comparison import Mode, Side, comparison_of
from pipeline.web.i18n import interfaces
from pipeline.web.keys import ACTIONS, KeyMap, key_map
from pipeline.web.screens import pair_screen


def fields_of(page: str, action: str = "/queue/decide", nth: int = -1) -> dict[str, str]:
    """The hidden fields of a form on a page."""
    form = re.findall(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.S)[nth]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found}


def decide(client: TestClient, page: str, **given: str):
    return client.post("/queue/decide", data={**fields_of(page), **given})


def shown_pair(page: str) -> str:
    found = re.search(r'data-pair="([^"]+)"', page)
    assert found
    return found[1]


def detail(web: Web, pair: str) -> PairDetail:
    with web.database.read() as session:
        found = pair_detail(session, pair, None)
    assert isinstance(found, PairDetail)
    return found


def test_a_decision_is_stored_and_the_next_pair_comes(web: Web) -> None:
    client = web.sign_in()
    first = client.get("/queue?view=rank").text
    answer = decide(client, first, outcome="repeats", remedy="TRIM", reason="Twice the same list")
    assert answer.status_code == 303
    second = client.get(answer.headers["location"])
    assert shown_pair(second.text) != shown_pair(first)
    assert "Saved 10:00 UTC: Repeats" in second.text
    stored = detail(web, shown_pair(first))
    assert stored.row.outcome is Outcome.REPEATS
    assert stored.history[0].decision.reason == "Twice the same list"


def test_the_same_form_sent_twice_is_one_decision(web: Web) -> None:
    client = web.sign_in()
    page = client.get("/queue?view=rank").text
    decide(client, page, outcome="unrelated")
    assert decide(client, page, outcome="unrelated").status_code == 303
    assert len(detail(web, shown_pair(page)).history) == 1


def test_a_decision_can_be_taken_back_from_the_page_that_says_saved(web: Web) -> None:
    client = web.sign_in()
    page = client.get("/queue?view=rank").text
    after = client.get(decide(client, page, outcome="same-theme").headers["location"]).text
    answer = client.post("/queue/undo", data=fields_of(after, "/queue/undo", 0))
    assert answer.status_code == 303
    assert shown_pair(client.get(answer.headers["location"]).text) == shown_pair(page)
    assert detail(web, shown_pair(page)).row.outcome is None
    assert len(detail(web, shown_pair(page)).history) == 2


@pytest.mark.parametrize(
    ("button", "outcome"), [("postponed", Outcome.POSTPONED), ("needs-expert", Outcome.NEEDS_EXPERT)]
)
def test_a_pair_can_be_put_off_whatever_was_chosen(web: Web, button: str, outcome: Outcome) -> None:
    client = web.sign_in()
    page = client.get("/queue?view=rank").text
    assert decide(client, page, outcome="repeats", remedy="TRIM", instead=button).status_code == 303
    stored = detail(web, shown_pair(page)).history[0].decision
    assert (stored.outcome, stored.remedy) == (outcome, None)


def test_a_form_without_a_choice_comes_back_with_what_was_typed(web: Web) -> None:
    client = web.sign_in()
    page = client.get("/queue?view=rank").text
    answer = decide(client, page, reason="I was not done")
    assert answer.status_code == 422
    assert "I was not done" in answer.text
    assert 'role="alert"' in answer.text
    assert 'href="#outcome"' in answer.text


def test_an_action_needs_an_overlap(web: Web) -> None:
    client = web.sign_in()
    page = client.get("/queue?view=rank").text
    assert decide(client, page, outcome="unrelated", remedy="TRIM").status_code == 422
    assert detail(web, shown_pair(page)).history == ()


def test_two_people_get_two_pairs(web: Web) -> None:
    anna, boris = web.sign_in("Anna"), web.sign_in("Boris")
    assert shown_pair(anna.get("/queue?view=rank").text) != shown_pair(boris.get("/queue?view=rank").text)
    assert shown_pair(anna.get("/queue?view=rank").text) == shown_pair(anna.get("/queue?view=rank").text)


def test_whoever_opens_a_pair_that_is_lent_is_told_so(web: Web) -> None:
    anna, boris = web.sign_in("Anna"), web.sign_in("Boris")
    pair = shown_pair(anna.get("/queue?view=rank").text)
    assert "Anna R. is reading this pair too" in boris.get(f"/queue?view=rank&pair={pair}").text


def test_a_second_decision_meets_the_first_on_a_page_of_its_own(web: Web) -> None:
    anna, boris = web.sign_in("Anna"), web.sign_in("Boris", Role.REVIEWER)
    pair = shown_pair(anna.get("/queue?view=rank").text)
    his = boris.get(f"/pairs/{pair}").text
    decide(anna, anna.get(f"/pairs/{pair}").text, outcome="implements", reason="Cites it")
    web.clock.pass_by(minutes=2)
    conflict = decide(boris, his, outcome="repeats", reason="Not so")
    assert conflict.status_code == 409
    text = unescape(conflict.text)
    assert "Anna R. recorded “Implements the Plenipotentiary text” 2 minutes ago." in text
    assert "Not so" in text
    assert len(detail(web, pair).history) == 1
    assert boris.post("/queue/decide", data={**fields_of(conflict.text, nth=0)}).status_code == 303
    assert {one.decision.outcome for one in detail(web, pair).history} == {Outcome.IMPLEMENTS, Outcome.REPEATS}
    assert detail(web, pair).row.state.value == "disputed"


def test_only_a_reviewer_may_replace_what_somebody_else_decided(web: Web) -> None:
    anna, boris, chen = web.sign_in("Anna"), web.sign_in("Boris"), web.sign_in("Chen", Role.REVIEWER)
    pair = shown_pair(anna.get("/queue?view=rank").text)
    pages = {who: who.get(f"/pairs/{pair}").text for who in (anna, boris, chen)}
    decide(anna, pages[anna], outcome="implements")
    assert "Settle it" not in decide(boris, pages[boris], outcome="repeats").text
    conflict = decide(chen, pages[chen], outcome="repeats")
    settle = {**fields_of(conflict.text), "reason": "Same list, same Sector"}
    assert settle["adjudicates"] == "yes"
    assert chen.post("/queue/decide", data=settle).status_code == 303
    assert detail(web, pair).row.outcome is Outcome.REPEATS
    assert detail(web, pair).row.state.value == "decided"


def test_settling_needs_a_reason(web: Web) -> None:
    chen = web.sign_in("Chen", Role.REVIEWER)
    page = chen.get("/queue?view=rank").text
    assert decide(chen, page, outcome="repeats", adjudicates="yes").status_code == 422


def test_a_script_learns_what_comes_next(web: Web) -> None:
    client = web.sign_in()
    page = client.get("/queue?view=rank").text
    ahead = unescape(re.search(r'data-ahead="([^"]+)"', page)[1])
    following = client.get(ahead).text
    assert not re.search(r"<a[^>]*ahead=yes", following)
    answer = client.post(
        "/queue/decide", data={**fields_of(page), "outcome": "unrelated"}, headers={"accept": "application/json"}
    )
    told = answer.json()
    assert told["pair"] == shown_pair(following)
    assert told["saved"] == "Saved 10:00 UTC: Unrelated"
    assert told["position"].startswith("2 of ")
    assert shown_pair(client.get(told["next"]).text) == told["pair"]


def test_a_queue_that_is_done_says_so_and_offers_what_was_put_off(web: Web) -> None:
    person = web.person("Anna")
    with web.database.write() as session:
        wanted = PairFilter(relations=("STUDY", "REPORT"))
        queue = define_queue(
            session, "Small", wanted, QueueOrder.RANK, person=person.id, role=person.role, now=web.clock()
        )
    client = web.sign_in()
    page, seen = client.get(f"/queue?view={queue.id}"), 0
    while 'id="review"' in page.text:
        choice = {"instead": "postponed"} if not seen else {"outcome": "unrelated"}
        page = client.get(decide(client, page.text, **choice).headers["location"])
        seen += 1
    assert seen == queue.size > 1
    assert "This queue is finished for you" in page.text
    assert 'id="review"' in client.get(f"/queue?view={queue.id}&again=yes").text


def test_a_queue_whose_filter_leaves_nothing_names_the_filter(web: Web) -> None:
    reviewer = web.sign_in("Chen", Role.REVIEWER)
    given = {"title": "None", "filter": "text=nosuchword&relations=VERB", "order": "rank", "reviewers": "1"}
    made = post(reviewer, "/queues/new", given, "/queues/new")
    assert made.status_code == 303
    page = reviewer.get(f"/queue?view={made.headers['location'].rpartition('/')[2]}").text
    assert "No pair matches this queue" in page
    assert "text" in page


def test_a_queue_that_does_not_fit_comes_back_with_its_problems(web: Web) -> None:
    reviewer = web.sign_in("Chen", Role.REVIEWER)
    given = {"title": " ", "filter": "colour=red", "order": "rank", "reviewers": "12", "due": "soon"}
    answer = post(reviewer, "/queues/new", given, "/queues/new")
    assert answer.status_code == 422
    for field in ("title", "filter", "reviewers", "due"):
        assert f'id="{field}-problem"' in answer.text
    assert web.sign_in("Anna").get("/queues/new").status_code == 403


def test_a_blind_queue_shows_no_score_until_one_has_decided(web: Web) -> None:
    reviewer = web.sign_in("Chen", Role.REVIEWER)
    given = {"title": "Blind", "filter": "relations=VERB", "order": "rank", "reviewers": "2", "blind": "yes"}
    queue = post(reviewer, "/queues/new", given, "/queues/new").headers["location"].rpartition("/")[2]
    anna = web.sign_in("Anna")
    page = anna.get(f"/queue?view={queue}")
    assert "This is a blind first pass" in page.text
    assert "data-sum" not in page.text
    assert '<span class="code">' not in page.text
    pair = shown_pair(page.text)
    assert anna.get(f"/pairs/{pair}.json").json()["pair"]["evidence"] is None
    decide(anna, page.text, outcome="repeats")
    assert "data-sum" in anna.get(f"/pairs/{pair}").text


def test_whoever_looks_behind_a_blind_pair_stands_in_the_ledger(web: Web) -> None:
    reviewer = web.sign_in("Chen", Role.REVIEWER)
    given = {"title": "Blind", "filter": "relations=VERB", "order": "rank", "reviewers": "2", "blind": "yes"}
    queue = post(reviewer, "/queues/new", given, "/queues/new").headers["location"].rpartition("/")[2]
    anna = web.sign_in("Anna")
    pair = shown_pair(anna.get(f"/queue?view={queue}").text)
    assert "data-sum" not in anna.get(f"/pairs/{pair}?adjudicates=yes").text
    assert "data-sum" not in reviewer.get(f"/pairs/{pair}").text
    for _ in range(2):
        assert "data-sum" in reviewer.get(f"/pairs/{pair}?adjudicates=yes").text
    with web.database.read() as session:
        (seen,) = list_events(session, EventFilter(kinds=("blind-lifted",)), None, 9).rows
        assert verify_chain(session).is_whole
    assert (seen.subject, seen.actor) == (pair, web.person("Chen").id)
    assert "look behind a blind first pass" in reviewer.get(f"/audit?subject={pair}").text


def test_looking_at_a_pair_that_hides_nothing_leaves_no_line(web: Web) -> None:
    reviewer = web.sign_in("Chen", Role.REVIEWER)
    pair = shown_pair(reviewer.get("/queue?view=rank").text)
    reviewer.get(f"/pairs/{pair}?adjudicates=yes")
    with web.database.read() as session:
        assert not list_events(session, EventFilter(kinds=("blind-lifted",)), None, 9).rows


def test_related_pairs_are_told_by_what_differs(web: Web) -> None:
    with web.database.read() as session:
        rows = [row for row in list_pairs(session, PairFilter(), limit=30).rows if row.finding]
        for row in rows:
            found = pair_detail(session, row.id, None)
            screen = pair_screen(found, {}, "/queue", "nobody")
            for one, shown in zip(found.related, screen.related, strict=True):
                if one.why in ("left", "right"):
                    assert " – " not in shown.label
                for clause in (found.left, found.right):
                    assert f"{clause.resolution_citation}, " not in shown.label
                assert shown.whole == f"{one.left_citation} – {one.right_citation}"
        most = max(rows, key=lambda row: len(pair_detail(session, row.id, None).related))
    page = web.sign_in().get(f"/pairs/{most.id}").text
    brief = page[page.index("Related pairs") :].partition("</section>")[0]
    assert brief.partition("<details>")[0].count("<li>") == 5
    assert "<details>" in brief


def test_the_evidence_adds_up_to_the_score_that_is_shown(web: Web) -> None:
    with web.database.read() as session:
        rows = list_pairs(session, PairFilter(), limit=50).rows
        for row in rows:
            screen = pair_screen(pair_detail(session, row.id, None), {}, "/queue", "nobody")
            assert screen.evidence is not None
            total = screen.evidence.bias + sum(line.points for line in screen.evidence.lines)
            assert total == pytest.approx(screen.evidence.log_odds)
            assert 1 / (1 + 2.718281828**-total) == pytest.approx(screen.evidence.probability, abs=1e-3)


def test_a_line_of_the_evidence_lights_its_words(web: Web) -> None:
    client = web.sign_in()
    page = client.get("/queue?view=rank").text
    address = unescape(re.search(r'<a href="([^"]*why=(?:wording|near_copy|run)[^"]*)"', page)[1])
    lit = client.get(address).text
    assert shown_pair(lit) == shown_pair(page)
    assert 'class="run same lit"' in lit


@pytest.mark.parametrize("mode", list(Mode))
def test_each_layout_says_in_words_what_became_of_the_words(mode: Mode) -> None:
    left = Side("A", "1", "to publish every year a list of relay services in operation", "en")
    right = Side("B", "2", "to publish a list of relay services in operation and of their cost", "en")
    view = comparison_of(left, right, mode=mode)
    assert "".join(piece.text for piece in view.left_pieces) == left.text
    assert "".join(piece.text for piece in view.right_pieces) == right.text
    kinds = {piece.element for piece in view.inline}
    assert {"ins", "del"} <= kinds
    assert len(view.differences) == 2


def test_empty_and_mixed_texts_can_be_compared() -> None:
    arabic = Side("A", "1", "يكلف مدير مكتب تنمية الاتصالات (Resolution 903)", "ar")
    assert comparison_of(arabic, Side("B", "2", "", "en")).right_pieces == ()
    assert comparison_of(arabic, arabic).differences == ()


def test_every_sentence_of_a_difference_can_be_translated() -> None:
    runs = [
        *compare_texts("one two three four", "zero one two three four five"),
        *compare_texts("zero one two three four five", "one two three four"),
        *compare_texts("a; b", "a, b"),
        *compare_texts("the red house stands", "the blue house stands"),
    ]
    said = {one.wording for one in differences(runs)}
    assert said
    assert said <= set(wording.DIFFERENCES)


def test_comments_are_shown_to_everybody_who_may_see_the_pair(web: Web) -> None:
    anna, boris = web.sign_in("Anna"), web.sign_in("Boris")
    pair = shown_pair(anna.get("/queue?view=rank").text)
    answer = post(anna, f"/pairs/{pair}/comment", {"body": "See <b>the annex</b>"}, f"/pairs/{pair}")
    assert answer.headers["location"] == f"/pairs/{pair}"
    assert "See &lt;b&gt;the annex&lt;/b&gt;" in boris.get(f"/pairs/{pair}").text


def test_an_unknown_pair_is_a_page_with_a_way_on(web: Web) -> None:
    answer = web.sign_in().get("/pairs/p-000")
    assert answer.status_code == 404
    assert 'href="/search"' in answer.text


def test_every_page_of_the_review_has_a_twin_in_json(web: Web) -> None:
    client = web.sign_in("Root", Role.ADMIN)
    pair = shown_pair(client.get("/queue?view=rank").text)
    paths = (
        "/index",
        "/queue",
        "/queues",
        "/queues/new",
        "/queues/rank",
        f"/pairs/{pair}",
        "/account",
        "/account/keys",
    )
    for path in (*paths, "/admin/people"):
        answer = client.get(f"{path}.json")
        assert answer.status_code == 200, path
        assert answer.json()
    assert client.get(f"/pairs/{pair}.json").json()["pair"]["row"]["id"] == pair
    assert client.get("/nothing.json").json()["error"]["status"] == 404


def test_a_failure_tells_its_id_and_nothing_else(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    @web.app.get("/broken")
    def broken() -> None:
        raise RuntimeError("secret path /var/lib/overlap")

    answer = web.sign_in().get("/broken")
    assert answer.status_code == 500
    assert "secret path" not in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert answer.headers["x-request-id"] in caplog.text


def test_keys_can_be_changed_and_turned_off(web: Web) -> None:
    client = web.sign_in()
    keys = {action.name: action.key for action in ACTIONS}
    taken = post(client, "/account/keys", {**keys, "postpone": "e", "keys_on": "yes"}, "/account/keys")
    assert taken.status_code == 422
    assert "Another action has this key already." in taken.text
    assert (
        post(client, "/account/keys", {**keys, "postpone": "ü", "keys_on": "yes"}, "/account/keys").status_code == 303
    )
    assert '<kbd aria-hidden="true">ü</kbd>' in client.get("/queue?view=rank").text
    post(client, "/account/keys", keys, "/account/keys")
    page = client.get("/queue?view=rank").text
    assert "<kbd aria-hidden" not in page
    assert 'data-keys=""' in page


def test_a_damaged_key_map_gives_way_to_the_one_of_the_product() -> None:
    assert key_map({"keys": "{"}) == key_map({})
    assert key_map({"keys": '{"postpone": "1"}'}).keys["postpone"] == "p"
    assert KeyMap({"a": "xy"}).problems()


def test_a_key_map_from_before_an_action_was_there_keeps_its_keys() -> None:
    earlier = {action.name: action.key for action in ACTIONS if action.name not in ("theme", "basket")}
    keys = key_map({"keys": json.dumps({**earlier, "next": "b"})})
    assert (keys.of("next"), keys.of("basket"), keys.of("theme")) == ("b", "", "t")


def test_display_follows_query_then_preference_then_browser(web: Web) -> None:
    client = web.client()
    assert 'lang="fr"' in client.get("/sign-in", headers={"accept-language": "de, fr;q=0.8, en;q=0.5"}).text
    client = web.sign_in()
    post(client, "/display", {"language": "ru", "theme": "dark", "text_size": "large"})
    page = client.get("/account", headers={"accept-language": "fr"}).text
    assert re.search(r'<html lang="ru" dir="ltr" data-theme="dark" data-size="large">', page)
    assert '<html lang="ar" dir="rtl"' in client.get("/account?lang=ar").text


def test_corpus_text_carries_its_own_language_and_direction(web: Web) -> None:
    page = web.sign_in().get("/queue?view=rank&lang=ar").text
    assert '<html lang="ar" dir="rtl"' in page
    assert page.count('class="text" lang="en" dir="ltr"') == 2


def test_numbers_and_days_are_written_as_the_language_does() -> None:
    english, french = interfaces()["en"], interfaces()["fr"]
    assert english.day("2026-11-20T10:42:00+00:00") == "20 Nov 2026"
    assert english.clock("2026-11-20T10:42:00+00:00") == "10:42"
    assert french.number(1234567) == "1\u202f234\u202f567"
    assert (english.signed(0.5), english.signed(-0.25), english.signed(-0.001)) == ("+0.50", "\u22120.25", "0.00")


def test_the_first_page_counts_what_waits_and_what_is_due(web: Web) -> None:
    client = web.sign_in()
    client_page = client.get("/index.json").json()
    assert sum(count["number"] for count in client_page["counts"].values()) > 100
    post(client, "/meeting", {"name": "ISCG", "day": "2027-02-01"}, "/")
    page = client.get("/").text
    assert "ISCG" in page
    assert "18 Dec 2026" in page
    assert "20 Jan 2027" in page
    assert post(client, "/meeting", {"name": "ISCG", "day": "soon"}, "/").status_code == 422


def test_pages_are_light(web: Web) -> None:
    client = web.sign_in()
    for path in ("/", "/queue?view=rank", "/queues", "/account/keys"):
        assert len(client.get(path).content) < 300_000


def test_a_form_token_stands_in_every_form_that_changes_something(web: Web) -> None:
    client = web.sign_in("Root", Role.ADMIN)
    for path in ("/", "/queue?view=rank", "/queues/rank", "/queues/new", "/account", "/account/keys", "/admin/people"):
        page = client.get(path).text
        token = token_in(page)
        for form in re.findall(r'<form[^>]*method="post".*?</form>', page, re.S):
            assert token in form, path
