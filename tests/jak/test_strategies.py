"""Search strategies in jak.toml: lines, references, limits, and the query that is sent."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jak.settings import parse_settings
from jak.strategies import Part, Searches, SearchSpec, as_text, resolve, sent
from jakdb.errors import SettingsError, UsageError

TOML = """
[search.main]
source = "pubmed"
query = "#1 AND #3"
limits = [{query = "english[la]", why = "nobody reads another language"}, "2015:2025[dp]"]
filters = {query = "randomized controlled trial[pt]", from = "Cochrane 2023"}
notes = "MeSH checked"

[search.main.lines]
1 = "alopecia areata[mh]"
2 = "baricitinib OR tofacitinib"
3 = '''
#2 OR "JAK #1 inhibitor"
OR ritlecitinib'''

[search.main.press]
by = "a librarian"
date = 2026-01-31

[search.second]
source = "pubmed"
lines = ["hair", "#1 NOT wig"]

[search_log]
contacts = "none were asked"
"""
WHOLE = (
    '((alopecia areata[mh]) AND ((baricitinib OR tofacitinib) OR "JAK #1 inhibitor" OR ritlecitinib))'
    " AND (english[la]) AND (2015:2025[dp]) AND (randomized controlled trial[pt])"
)


def parsed(text: str) -> Searches:
    """Return the searches of a jak.toml."""
    return parse_settings(tomllib.loads(text), folder=Path()).searches


def test_a_strategy_is_read_with_everything_that_belongs_to_it() -> None:
    found = parsed(TOML)
    assert list(found.strategies) == ["main", "second"]
    main = found.strategy("main")
    assert [label for label, _ in main.lines] == ["1", "2", "3"]
    assert main.limits[0] == Part("english[la]", "nobody reads another language")
    assert (main.filters[0].why, main.notes) == ("Cochrane 2023", ("MeSH checked",))
    assert main.press == {"by": "a librarian", "date": "2026-01-31"}
    assert found.said == {"contacts": "none were asked"}


def test_what_is_sent_has_every_reference_written_out() -> None:
    whole = sent(parsed(TOML).strategy("main"))
    assert whole.query == WHOLE
    assert whole.lines[2] == ("3", '(baricitinib OR tofacitinib) OR "JAK #1 inhibitor" OR ritlecitinib')
    assert [label for label, _ in whole.lines[3:]] == ["limit 1", "limit 2", "filter 1"]


def test_the_last_line_is_the_query_if_none_is_given() -> None:
    assert sent(parsed(TOML).strategy("second")).query == "(hair) NOT wig"


def test_a_line_alone_needs_no_parentheses() -> None:
    assert sent(SearchSpec("a", "pubmed", (("1", "hair"),), query="#1", limits=(Part("x[la]"),))).query == (
        "(hair) AND (x[la])"
    )


def test_a_query_without_lines_is_sent_as_it_is() -> None:
    assert sent(SearchSpec("a", "pubmed", query="hair AND (loss OR areata)")).query == "hair AND (loss OR areata)"


def test_a_strategy_comes_back_from_json_unchanged() -> None:
    text = as_text(parsed(TOML).strategy("main"))
    assert json.loads(json.dumps(text)) == text


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('[search.a]\nquery = "x"', "search.a.source is missing"),
        ('[search.a]\nsource = "pubmed"', "nothing to search for"),
        ('[search.a]\nsource = "pubmed"\nquery = "#7"', "there is no line #7"),
        ('[search.a]\nsource = "pubmed"\nlines = ["#2", "#1"]', "speaks of itself (#2 -> #1 -> #2)"),
        ('[search.a]\nsource = "pubmed"\nlines = ["x", "#2"]', "line #2 speaks of itself"),
        ('[search.a]\nsource = "pubmed"\nlines = "x"', "lines must be texts"),
        ('[search.a]\nsource = "pubmed"\nlines = 5', "lines must be texts"),
        ('[search.a]\nsource = "pubmed"\nlines = ["x", " "]', "lines must be texts"),
        ('[search.a]\nsource = "pubmed"\nlines = {"a b" = "x"}', "is no label"),
        ('[search.a]\nsource = "pubmed"\nquery = "x"\nlimit = "y"', "does not know 'search.a.limit'"),
        ('[search.a]\nsource = "pubmed"\nquery = "x"\nlimits = [{why = "y"}]', "has no query"),
        ('[search.a]\nsource = "pubmed"\nquery = "x"\nlimits = 5', "limits must be a list"),
        ('[search.a]\nsource = "pubmed"\nquery = "x"\nlimits = [{query = "y", from = "z"}]', "search.a.limits.from"),
        ('[search.a.press]\nwho = "x"', "source is missing"),
        ('[search.a]\nsource = "pubmed"\nquery = "x"\npress = {who = "x"}', "search.a.press.who"),
        ('[search]\na = "x"', "search.a must be a table"),
        ('[search_log]\ncontact = "x"', "search_log.contact"),
    ],
)
def test_what_cannot_be_used_is_named(table: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parsed(table)
    assert said in str(caught.value)


def test_an_unknown_search_names_those_there_are() -> None:
    with pytest.raises(SettingsError, match="no search 'other'") as caught:
        parsed(TOML).strategy("other")
    assert "main, second" in caught.value.hint


@given(st.text(alphabet=st.characters(exclude_characters="#\r\n", exclude_categories=("Cs", "Cc", "Z")), min_size=1))
def test_a_text_without_references_is_sent_unchanged(text: str) -> None:
    assert resolve(text, {"1": "hair"}) == text


@given(st.lists(st.sampled_from(["hair", "#1", "#2", "AND", '"#3"', "(a OR b)"]), min_size=1))
def test_references_are_gone_and_parentheses_balance(words: list[str]) -> None:
    found = resolve(" ".join(words), {"1": "loss", "2": "#1 OR areata"})
    assert "#1" not in found
    assert "#2" not in found
    assert found.count("(") == found.count(")")
    assert found.count('"#3"') == words.count('"#3"')


def test_a_line_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UsageError, match="no line #drugs") as caught:
        resolve("#drugs", {"1": "x"})
    assert "#1" in caught.value.hint
