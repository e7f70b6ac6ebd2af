"""The HTML page: complete in itself, safe against its corpus, honest, and readable without colour or script."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from lxml import html as lxml_html
from report_fixture import HOSTILE, empty_record, make_record, page_of

from pipeline.domain import Relation, Remedy, Signal, SignalKind
from pipeline.report.characters import printable
from pipeline.report.frame import mark
from pipeline.report.html import DISCOUNTED_SHOWN, PRINTED_FINDINGS, _environment, render_content
from pipeline.report.view import DETAILED_FINDINGS, build_view


@pytest.fixture(scope="module")
def record():
    return make_record()


@pytest.fixture(scope="module")
def view(record):
    return build_view(record)


@pytest.fixture(scope="module")
def page(view):
    return page_of(view)


@pytest.fixture(scope="module")
def tree(page):
    return lxml_html.fromstring(page)


@pytest.fixture
def limit(monkeypatch):
    """Sets limits of the page by their names; templates know them from then on, and the usual ones again afterwards."""

    def to(**limits):
        for name, value in limits.items():
            for module in ("html", "view"):
                monkeypatch.setattr(f"pipeline.report.{module}.{name}", value, raising=False)
        _environment.cache_clear()

    yield to
    monkeypatch.undo()
    _environment.cache_clear()


def plain(element):
    return " ".join(element.text_content().split())


def test_nothing_is_fetched_or_run(page, tree):
    for attribute in ("src", "srcset", "data", "action", "background", "poster", "formaction", "xlink:href", "style"):
        assert not tree.xpath(f"//@*[name()='{attribute}']")
    assert all(link.startswith("#") for link in tree.xpath("//@href"))
    assert not tree.xpath("//script | //link | //iframe | //img | //object | //embed | //base | //form")
    assert not tree.xpath("//@*[starts-with(name(), 'on')]")
    style = tree.xpath("//style")[0].text
    assert "url(" not in style
    assert "@import" not in style


def test_the_policy_allows_this_style_sheet_and_nothing_else(page, tree):
    policy = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    style = re.search(r"<style>(.*?)</style>", page, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_hostile_text_is_shown_and_never_run(tree, page):
    clauses = [plain(quote) for quote in tree.xpath("//blockquote")]
    assert any(" ".join(printable(HOSTILE).split()) in clause for clause in clauses)
    assert "<script" not in page
    assert "<img" not in page
    assert "{{ 7*7 }}" in page
    assert "\x07" not in page


def test_corpus_text_in_the_form_of_a_mark_is_no_fact_of_the_run(record):
    titled = tuple(replace(r, title=f"On {mark('run')} and {mark('nothing')}") for r in record.resolutions)
    page = page_of(build_view(replace(record, resolutions=titled)))
    assert "On \ufffdrun\ufffd and \ufffdnothing\ufffd" in page
    assert "\0" not in page


def test_content_is_the_same_for_two_runs_of_equal_content(record):
    manifest = replace(
        record.manifest,
        run_id="20990101-000000-ffffff",
        created_at="2099-01-01T00:00:00+00:00",
        counts=dict.fromkeys(record.manifest.counts, 7),
        timings=dict.fromkeys(record.manifest.timings, 7.0),
    )
    other = replace(record, manifest=manifest)
    assert record.manifest.counts
    assert record.manifest.timings
    assert render_content(build_view(other)) == render_content(build_view(record))
    assert page_of(build_view(other)) != page_of(build_view(record))


def test_every_tag_is_closed(page):
    class Checker(HTMLParser):
        def __init__(self):
            super().__init__()
            self.open = []

        def handle_starttag(self, tag, attrs):
            if tag not in {"meta", "br"}:
                self.open.append(tag)

        def handle_endtag(self, tag):
            assert self.open.pop() == tag

    checker = Checker()
    checker.feed(page)
    assert checker.open == []


def test_links_lead_somewhere_and_identifiers_are_distinct(tree):
    identifiers = tree.xpath("//@id")
    assert len(identifiers) == len(set(identifiers))
    assert {link[1:] for link in tree.xpath("//@href")} <= set(identifiers)
    labels = {label for value in tree.xpath("//@aria-labelledby") for label in value.split()}
    assert labels <= set(identifiers)


def test_every_finding_stands_in_the_table_and_in_detail(view, tree):
    for finding in view.all_findings:
        article = tree.get_element_by_id(finding.anchor)
        assert article.tag == "article"
        rows = [plain(row) for row in tree.xpath("//table[contains(@class, 'findings')]/tbody/tr")]
        assert any(row.startswith(f"{finding.ref} {finding.relation.value}") for row in rows)


def test_clause_texts_keep_their_words_language_and_marks(view, tree):
    first = view.findings[0].headline
    article = tree.get_element_by_id(view.findings[0].anchor)
    quote = article.xpath(".//blockquote")[0]
    assert quote.get("lang") == "en"
    assert quote.xpath("p")[1].text_content().endswith(first.left.text)
    assert quote.xpath(".//mark/text()") == ["to maintain", "a public register of community charging points"]
    assert quote.xpath(".//span[@class='formula']/text()") == ["within available resources"]
    assert tree.xpath("//blockquote[@lang='fr']")


def test_counts_are_those_of_the_view(view, tree):
    shown = {plain(box.xpath("dt")[0]): plain(box.xpath("dd")[0]) for box in tree.xpath("//dl[@class='figures']/div")}
    assert shown == {figure.name: str(figure.value) for figure in view.summary.figures}


def test_no_percentage_stands_without_its_whole(tree):
    for node in tree.xpath("//main//text()[contains(., '%')]"):
        sentence = " ".join(node.split())
        if "evil.example" in sentence:
            continue
        for part in re.findall(r"\d+%[^.;,]*", sentence):
            assert " of " in part or "informative words" in sentence, sentence


def test_discounted_pairs_rejected_files_signals_and_limits_are_there(record, tree):
    body = plain(tree)
    assert "It adds work of its own Sector." in body
    for rejected in record.rejected:
        assert rejected.reason in body
    for signal in record.signals:
        assert signal.message in body
    assert record.manifest.limits[0] in body
    assert "not yet reviewed" in body
    assert "calibrated on labelled pairs" in body


def test_tables_have_heads_and_the_page_has_landmarks(tree):
    for table in tree.xpath("//table"):
        assert table.xpath("thead//th[@scope='col']")
    for landmark in ("main", "nav", "header", "footer"):
        assert len(tree.xpath(f"//div[@class='page']/{landmark}")) == 1
    assert tree.xpath("//a[@class='skip']/@href") == ["#findings"]
    assert tree.xpath("/html/@lang") == ["en"]
    assert len(tree.xpath("//h1")) == 1


def test_the_same_view_gives_the_same_page(record, page):
    assert page_of(build_view(record)) == page


def test_an_empty_run_says_so():
    body = plain(lxml_html.fromstring(page_of(build_view(empty_record()))))
    assert "No two texts of different bodies appear to give the same mandate" in body
    assert "none rejected" in body


def test_limits_of_the_page_are_printed_when_they_bite(record):
    many = tuple(replace(record.findings[0], id=f"f{n}", rank=n) for n in range(1, DETAILED_FINDINGS + 2))
    boiled = next(pair for pair in record.pairs if pair.relation is Relation.BOIL)
    page = page_of(build_view(replace(record, findings=many, pairs=(*record.pairs, *[boiled] * DISCOUNTED_SHOWN))))
    tree = lxml_html.fromstring(page)
    assert len(tree.xpath("//article[contains(@class, 'finding')]")) == DETAILED_FINDINGS
    assert len(tree.xpath("//article[contains(@class, 'unprinted')]")) == DETAILED_FINDINGS - PRINTED_FINDINGS
    assert tree.get_element_by_id(f"finding-f{DETAILED_FINDINGS + 1}").tag == "tr"
    assert f"{DISCOUNTED_SHOWN} likeliest of {DISCOUNTED_SHOWN + 1}" in plain(tree)


def test_long_lists_end_and_say_so_and_no_link_leads_nowhere(record, limit):
    wide = replace(
        record.findings[0], overlaps=tuple(o.id for o in record.overlaps if o.left == record.overlaps[0].left)
    )
    strongest = replace(wide, id="best", rank=DETAILED_FINDINGS + 9, score=1.0)
    many = tuple(replace(wide, id=f"f{n}", rank=n) for n in range(1, DETAILED_FINDINGS + 9))
    signals = tuple(replace(record.signals[0], subject=f"{record.signals[0].subject}{n}") for n in range(5))
    crowded = replace(record, findings=(*many, strongest), signals=signals)
    limit(FINDINGS_SHOWN=DETAILED_FINDINGS + 2, CLUSTERS_SHOWN=0, SIGNALS_SHOWN=2)
    tree = lxml_html.fromstring(page_of(build_view(crowded)))
    targets = set(tree.xpath("//@id"))
    assert [link for link in tree.xpath("//@href") if link[1:] not in targets] == []
    assert "finding-best" not in targets
    assert tree.xpath("//table[@class='matrix']//span[@class='cell']")
    told = plain(tree)
    assert (
        f"the first {DETAILED_FINDINGS + 2} of {DETAILED_FINDINGS + 9} stand here, the workbook holds them all" in told
    )
    assert f"The first 0 of {len(record.clusters)} stand here" in told
    assert "5 observations, of which the first 2 stand here" in told
    assert len(tree.xpath("//table[@class='signals']/tbody/tr")) == 2


def test_clause_pairs_of_a_finding_stand_on_the_page_up_to_a_number_that_is_told(record, limit):
    limit(OPEN_COMPARISONS=1, COMPARISONS_SHOWN=1)
    wide = next(finding for finding in record.findings if len(finding.overlaps) > 1)
    tree = lxml_html.fromstring(page_of(build_view(replace(record, findings=(wide,)))))
    article = tree.xpath("//article[contains(@class, 'finding')]")[0]
    assert len(article.xpath(".//figcaption/b[text()='A']")) == 1
    left = len(set(wide.overlaps) | {wide.headline}) - 1
    assert f"1 pairs stand here in full; the workbook holds the other {left}." in plain(article)


def test_unmatched_clauses_are_listed_up_to_a_limit_that_is_told(record, limit):
    first, *others = record.pairs
    alone = build_view(replace(record, pairs=(replace(first, matched_b=()), *others)))
    left = len(next(finding for finding in alone.all_findings if finding.id == "f-verb").unmatched_b)
    assert left > 1
    limit(UNMATCHED_SHOWN=1)
    view = build_view(replace(record, pairs=(replace(first, matched_b=()), *others)))
    tree = lxml_html.fromstring(page_of(view))
    lists = tree.get_element_by_id("finding-f-verb").xpath(".//ul[@class='unmatched']")
    assert len(lists[1].xpath("li")) == 1
    assert f"and {left - 1} more, see the clauses of the text" in plain(tree)
    assert "at most 1 clauses without a counterpart" in view.limits[-1]


def test_titles_name_the_bodies(tree):
    assert plain(tree.get_element_by_id("finding-f-verb-title")) == (
        "PP Resolution 901 (Rev. Dubai, 2018) and WTDC Resolution 951 (Kigali, 2022)"
    )


def test_the_path_of_the_corpus_is_not_shown(record):
    manifest = replace(record.manifest, corpus="/home/somebody/texts/")
    page = page_of(build_view(replace(record, manifest=manifest)))
    assert "somebody" not in page
    assert "<dd>texts</dd>" in page


@pytest.fixture(scope="module")
def hostile_record(record):
    """The record with hostile words wherever a run may carry words of a corpus."""
    overlaps = tuple(
        replace(
            o,
            relation=Relation.BOIL if o.id == "o8" else o.relation,
            evidence=replace(
                o.evidence,
                contributions=tuple(
                    replace(c, feature=f"{HOSTILE}{n}", sentence=HOSTILE)
                    for n, c in enumerate(o.evidence.contributions)
                ),
                reasons_for=(HOSTILE,),
                reasons_against=(HOSTILE,),
            ),
        )
        for o in record.overlaps
    )
    return replace(
        record,
        overlaps=overlaps,
        clusters=tuple(replace(c, label=HOSTILE, remedies=((Remedy.KEEP, HOSTILE),)) for c in record.clusters),
        findings=tuple(replace(f, remedies=((Remedy.TRIM, HOSTILE),)) for f in record.findings),
        signals=tuple(Signal(kind, HOSTILE, HOSTILE) for kind in SignalKind),
    )


def test_hostile_words_of_evidence_groups_remedies_and_signals_never_run(hostile_record):
    page = page_of(build_view(hostile_record))
    assert "<script" not in page
    assert "<img" not in page
    tree = lxml_html.fromstring(page)
    assert not tree.xpath("//@*[starts-with(name(), 'on')]")
    assert not tree.xpath("//@style")
    assert tree.xpath("//figure[contains(@aria-label, '<script>')]")  # shown as text inside an attribute
    assert tree.xpath("//section[@id='formulae']//td[contains(., '<script>')]")


def test_marks_are_told_apart_without_colour(tree, page):
    style = tree.xpath("//style")[0].text
    for line in ("text-decoration: underline;", "underline wavy", "underline double", "underline dotted"):
        assert line in style
    for spoken in ("in both: ", "reworded ", "moved ", "formula: "):
        assert f'" [{spoken}' in style
    legends = [plain(legend) for legend in tree.xpath("//p[@class='legend']")]
    assert legends
    assert set(legends) == {"Marks: in both reworded moved formula language in this clause alone"}


def test_numbered_marks_lead_from_one_clause_to_the_other(tree):
    pairs = tree.xpath("//div[@class='pair']")
    assert pairs
    for pair in pairs:
        one, other = (
            {(n.get("class"), n.get("data-n")) for n in quote.xpath(".//*[@data-n]")}
            for quote in pair.xpath(".//blockquote")
        )
        assert one == other
    assert tree.xpath("//span[@class='reworded']")


def test_every_chart_has_a_table_twin_with_the_same_points(view, tree):
    charts = tree.xpath("//figure[@class='chart']")
    assert len(charts) == sum(len(finding.comparisons) for finding in view.all_findings)
    for chart in charts:
        table = chart.getparent().xpath(".//table")[0]
        drawn = [plain(value) for value in chart.xpath(".//span[@class='n']")]
        told = [plain(value) for value in table.xpath(".//td[@class='n'][2] | .//tfoot//td[@class='n']")]
        assert drawn == told
        assert plain(table.xpath(".//tfoot//td")[-1]) in chart.get("aria-label")


def test_wording_is_never_one_bare_share(tree):
    for line in tree.xpath("//p[@class='wording']"):
        assert re.match(
            r"(Verbatim|Near-verbatim|Paraphrase|Same theme in other words|Other wording)\. \d+ of \d+ words of A "
            r"stand in B.* \d+ of \d+ words of B stand in A.* "
            r"Excluded as formula language: \d+ words of A, \d+ of B\.$",
            plain(line),
        ), plain(line)


def test_what_was_not_discounted_says_so_for_each_reduction(view, tree):
    for finding in view.all_findings:
        listed = tree.get_element_by_id(finding.anchor).xpath(".//dl[@class='reductions']/dt")
        assert len(listed) == len(finding.reductions)
        assert all(re.search(r"took (nothing|\S)", plain(term)) for term in listed)


def test_formula_matches_are_one_click_away_and_counted(record):
    boiled = tuple(replace(o, relation=Relation.BOIL) for o in record.overlaps[:2])
    tree = lxml_html.fromstring(page_of(build_view(replace(record, overlaps=(*boiled, *record.overlaps[2:])))))
    section = tree.get_element_by_id("formulae")
    assert "2 pairs of clauses alike by formula language alone, not ranked" in plain(section)
    assert plain(section.xpath(".//summary")[0]) == "The 2 matches, by their words"
    assert len(section.xpath(".//tbody/tr")) == 2


def test_gaps_dates_and_reports_stand_in_lists_of_their_own(tree):
    heads = [plain(head) for head in tree.xpath("//section[@id='signals']/h3")]
    assert heads == ["Gaps", "Dates that have passed", "Reports asked for twice"]


def test_further_findings_of_one_template_are_folded_under_their_list(record):
    findings = tuple(replace(f, family="family-1") if f.cross_body else f for f in record.findings)
    tree = lxml_html.fromstring(page_of(build_view(replace(record, findings=findings))))
    section = tree.get_element_by_id("findings")
    assert len(section.xpath("./table/tbody/tr")) == 1
    assert "the best of 3 of one template" in plain(section.xpath("./table")[0])
    assert plain(section.xpath("./details/summary")[0]).startswith("2 further findings of the same templates")
