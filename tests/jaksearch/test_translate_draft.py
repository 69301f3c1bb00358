"""Whole strategies: lines that speak of each other, limits, filters, and published ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from translate_strategies import HSSS_OVID, HSSS_PUBMED, ROBINSON

from jakdb.errors import JakError, UsageError
from jaksearch.translate import KINDS, TARGETS, PubmedFilter, PubmedStrategy, draft
from jaksearch.translate.losses import Notes
from jaksearch.translate.ovid import OVID

JAK = PubmedStrategy(
    lines=(
        ("areata", '"Alopecia Areata"[Mesh] OR "alopecia areata"[tiab] OR "alopecia totalis"[tiab]'),
        ("drugs", '"Janus Kinase Inhibitors"[Mesh] OR "jak inhibitor*"[tiab] OR tofacitinib[tiab] OR ruxolitinib[nm]'),
    ),
    query="#areata AND #drugs",
    limits=("english[la]", "2010:3000[dp]"),
    filters=(PubmedFilter("randomized controlled trial[pt] OR placebo[tiab]", "a handbook"),),
)


def texts(strategy: PubmedStrategy, target: str) -> list[str]:
    """Return the lines of a draft."""
    return [line.text for line in draft(strategy, target).lines]


def test_a_strategy_for_ovid() -> None:
    assert texts(JAK, "ovid") == [
        'exp Alopecia Areata/ or ("alopecia areata" or "alopecia totalis").ti,ab,kf.',
        "exp Janus Kinase Inhibitors/ or ((jak adj inhibitor*) or tofacitinib).ti,ab,kf. or ruxolitinib.nm.",
        "1 and 2",
        "english.lg.",
        "randomized controlled trial.pt. or placebo.ti,ab,kf.",
        "3 and 4 and 5",
        'limit 6 to yr="2010 -Current"',
    ]


def test_a_strategy_for_embase() -> None:
    assert texts(JAK, "embase") == [
        "'Alopecia Areata'/exp <<MAP>> OR ('alopecia areata' OR 'alopecia totalis'):ti,ab,kw",
        "'Janus Kinase Inhibitors'/exp <<MAP>> OR ((jak NEXT/1 inhibitor*) OR tofacitinib):ti,ab,kw"
        " OR 'ruxolitinib'/exp <<MAP>>",
        "#1 AND #2",
        "english:la",
        "<<BY-HAND 2010:3000[dp]>>",
        "'randomized controlled trial'/exp <<MAP>> OR placebo:ti,ab,kw",
        "#3 AND #4 AND #5 AND #6",
    ]


def test_a_strategy_for_web_of_science() -> None:
    assert texts(JAK, "wos")[:3] == [
        'TS=("Alopecia Areata" OR "alopecia areata" OR "alopecia totalis")',
        'TS=("Janus Kinase Inhibitors" OR "jak inhibitor*" OR "tofacitinib" OR "ruxolitinib")',
        "#1 AND #2",
    ]


def test_a_strategy_for_the_cochrane_library() -> None:
    assert texts(JAK, "cochrane")[:3] == [
        '[mh "Alopecia Areata"] OR ("alopecia areata" OR "alopecia totalis"):ti,ab,kw',
        '[mh "Janus Kinase Inhibitors"] OR ((jak NEXT inhibitor*) OR tofacitinib):ti,ab,kw OR ruxolitinib:kw',
        "#1 AND #2",
    ]


def test_the_published_filter_for_ovid_is_drafted_from_the_one_for_pubmed() -> None:
    """Its authors chose .ab. for all of [tiab], and .sh. for humans; everything else is the same."""
    found = texts(PubmedStrategy(HSSS_PUBMED), "ovid")
    as_published = [text.replace(".ti,ab,kf.", ".ab.").replace("exp humans/", "humans.sh.") for text in found]
    assert as_published == list(HSSS_OVID)


@pytest.mark.parametrize("target", TARGETS)
def test_a_long_published_filter_is_drafted_in_one_line(target: str) -> None:
    found = draft(PubmedStrategy(query=ROBINSON), target)
    assert len(found.lines) == 1
    assert {loss.kind for loss in found.losses} >= {"not", "field", "heading"}
    text = found.lines[0].text
    assert all(word in text for word in ("singl*", "blind*", "latin square", "prospectiv*", "volunteer*"))


def test_the_whole_search_is_the_query_the_last_line_or_their_limits() -> None:
    lines = (("b", "#a OR x[ti]"), ("a", "hair[ti]"))
    assert draft(PubmedStrategy(lines), "ovid").search == 1
    assert draft(PubmedStrategy(lines, "#b"), "ovid").search == 2
    assert draft(PubmedStrategy(lines, "#a NOT #b"), "ovid").search == 3
    limited = draft(PubmedStrategy(lines, limits=("english[la]",)), "ovid")
    assert (limited.search, limited.lines[-1].text) == (4, "1 and 3")


def test_lines_follow_those_of_which_they_speak() -> None:
    found = draft(PubmedStrategy((("3", "#2 AND #1"), ("2", "#1 OR x[ti]"), ("1", "hair[ti]"))), "embase")
    assert [(line.number, line.label, line.text) for line in found.lines] == [
        (1, "1", "hair:ti"),
        (2, "2", "#1 OR x:ti"),
        (3, "3", "#2 AND #1"),
    ]
    assert found.search == 1
    assert [line.pubmed for line in found.lines] == ["hair[ti]", "#1 OR x[ti]", "#2 AND #1"]


def test_neighbouring_lines_of_ovid_are_joined_by_their_numbers() -> None:
    lines = tuple((str(number), f"w{number}[ti]") for number in range(1, 5))
    joined = [
        *lines,
        ("5", "#1 OR #2 OR #3 OR #4"),
        ("6", "#1 OR #2 OR #4"),
        ("7", "#2 OR #3"),
        ("8", "#3 OR #2 OR #1"),
    ]
    assert texts(PubmedStrategy(tuple(joined)), "ovid")[4:] == ["or/1-4", "1 or 2 or 4", "2 or 3", "3 or 2 or 1"]


def test_lines_of_dates_become_limits_in_ovid_and_lines_elsewhere() -> None:
    strategy = PubmedStrategy((("topic", "hair[ti]"), ("years", "2019:2024[dp]"), ("all", "#topic AND #years")))
    assert texts(strategy, "ovid") == ["hair.ti.", 'limit 1 to yr="2019-2024"']
    assert texts(strategy, "embase") == ["hair:ti", "[2019-2024]/py", "#1 AND #2"]
    assert texts(strategy, "wos") == ['TI=("hair")', "PY=(2019-2024)", "#1 AND #2"]


def test_dates_that_cannot_be_a_limit_are_left_to_a_person() -> None:
    for query in ("2019:2024[dp]", "hair[ti] OR 2019:2024[dp]", "hair[ti] NOT 2019:2024[dp]", "2019[dp] AND 2020[dp]"):
        found = draft(PubmedStrategy(query=query), "ovid")
        assert "<<BY-HAND " in "".join(line.text for line in found.lines)
        assert "date" in {loss.kind for loss in found.losses}


def test_every_filter_is_said_to_need_its_own_version() -> None:
    for target in TARGETS:
        said = [
            loss for loss in draft(JAK, target).losses if loss.kind == "filter" and "made for PubMed" in loss.sentence
        ]
        assert [(loss.line, loss.words) for loss in said] == [("filter 1", (JAK.filters[0].query,))]
        assert "(a handbook)" in said[0].sentence


def test_losses_come_in_the_order_of_the_lines() -> None:
    found = draft(JAK, "embase")
    order = ["", *(line.label for line in found.lines)]
    places = [order.index(loss.line) for loss in found.losses]
    assert places == sorted(places)
    assert len(set(places)) > 3


@pytest.mark.parametrize(
    ("strategy", "said"),
    [
        (PubmedStrategy(), "nothing to translate"),
        (PubmedStrategy((("x", "#a"), ("a", "#b"), ("b", "#a"))), "line a speaks of itself (#a -> #b -> #a)"),
        (PubmedStrategy((("a", "#a OR x"),)), "line a speaks of itself"),
        (PubmedStrategy((("a", "hair"), ("b", "#a OR #c"))), "line b: there is no line #c"),
        (PubmedStrategy((("a", "hair"),), "#c"), "whole query: there is no line #c"),
        (PubmedStrategy(query="#1"), "whole query: there is no line #1"),
        (PubmedStrategy((("a", "hair["),)), "line a, column 5"),
        (PubmedStrategy(query="hair", limits=("english[lang",)), "limit 1, column 8"),
        (PubmedStrategy(query="hair", filters=(PubmedFilter("x"), PubmedFilter("(x"))), "filter 2, column 1"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(strategy: PubmedStrategy, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        draft(strategy, "ovid")
    assert said in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["scalp.ti.", "hair.ab.", "hair.ti. or", "hair", "(hair.ti."])
def test_a_draft_that_does_not_say_the_same_is_not_given_out(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer is made to err; the reader of the syntax, which is written apart from it, notices."""
    monkeypatch.setitem(TARGETS, "ovid", replace(OVID, write=lambda _node: text))
    with pytest.raises(JakError, match="does not say what the strategy says") as caught:
        draft(PubmedStrategy(query="hair[ti]"), "ovid")
    assert caught.value.exit_code == 1


def test_every_kind_of_loss_is_explained_on_the_page() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "search.md").read_text(encoding="utf-8")
    section = page[page.index("## A draft for other databases") :]
    assert [kind for kind in KINDS if f"| {kind} |" not in section] == []
    with pytest.raises(ValueError, match="no kind of loss"):
        Notes().add("other", "something")


def test_every_field_that_is_translated_is_in_the_table_of_the_page() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "search.md").read_text(encoding="utf-8")
    section = page[page.index("## A draft for other databases") :]
    fields = {name for syntax in TARGETS.values() for name in syntax.rules}
    assert [name for name in sorted(fields) if f"[{name}]" not in section] == []
