"""Links and figures that come from elsewhere."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jak.report.figures import FigureError, inline_svg
from jak.report.links import doi_url, pmid_url, safe_url, split_links


def test_two_copies_of_a_figure_share_no_id() -> None:
    svg = '<svg><defs><path id="a"/></defs><use href="#a"/><g clip-path="url(#a)" aria-labelledby="a b"/></svg>'
    one, two = (set(re.findall(r'id="([^"]+)"', inline_svg(svg, prefix=p))) for p in ("x", "y"))
    assert not one & two
    assert 'clip-path="url(#x-a)"' in inline_svg(svg, prefix="x")
    assert 'aria-labelledby="x-a x-b"' in inline_svg(svg, prefix="x")


@pytest.mark.parametrize(
    "evil",
    [
        "<script>x()</script>",
        '<g onload="x()"/>',
        '<image href="https://example.org/a.png"/>',
        '<image xlink:href="file:///etc/passwd"/>',
        '<use href="other.svg#a"/>',
        "<style>@import 'https://example.org/a.css';</style>",
        '<style>g {fill: url("https://example.org/a")}</style>',
        '<g style="fill: url(https://example.org/a)"/>',
        '<a href="javascript:x()"><text>t</text></a>',
        "<foreignObject><p>x()</p></foreignObject>",
    ],
)
def test_a_figure_neither_runs_nor_fetches_anything(evil: str) -> None:
    svg = f'<svg xmlns:xlink="http://www.w3.org/1999/xlink"><rect id="kept"/>{evil}</svg>'
    text = inline_svg(svg, prefix="f")
    assert 'id="f-kept"' in text
    for part in ("x()", "example.org", "passwd", "other.svg", "import"):
        assert part not in text


def test_text_of_a_figure_stays_escaped() -> None:
    assert "&lt;b&gt; &amp;" in inline_svg("<svg><text>&lt;b&gt; &amp;</text></svg>", prefix="f")


def test_a_figure_without_a_name_gets_one() -> None:
    assert 'role="img" aria-label="Forest plot"' in inline_svg("<svg/>", prefix="f", label="Forest plot")


@pytest.mark.parametrize("text", ["", "not svg", "<html/>", "<svg>"])
def test_what_is_no_svg_is_an_error_with_the_figures_name(text: str) -> None:
    with pytest.raises(FigureError, match="f7"):
        inline_svg(text, prefix="f7")


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.org",
        "ftp://example.org",
        "https://",
        "http:///x",
        " java\tscript:x",
        'https://example.org/"onclick="x',
        "https://[broken",
        "mailto:a@b",
    ],
)
def test_only_addresses_of_the_web_are_safe(text: str) -> None:
    assert safe_url(text) == ""


def test_brackets_within_an_address_stay_and_around_it_go() -> None:
    assert safe_url("https://example.org/a(b)") != ""
    assert ("https://example.org/a_(b)", "https://example.org/a_(b)") in split_links("(see https://example.org/a_(b)).")


@given(st.text(), st.sampled_from(["", "https://example.org/x", "http://a.b/c?d=(e)", "javascript:x"]), st.text())
def test_the_pieces_of_a_text_are_the_text(before: str, address: str, after: str) -> None:
    pieces = split_links(before + address + after)
    assert "".join(piece for piece, _ in pieces) == before + address + after
    assert all(url == "" or (url == piece and safe_url(url)) for piece, url in pieces)


def test_identifiers_become_addresses_only_if_they_are_some() -> None:
    assert doi_url('10.1000/a"b<c>') == "https://doi.org/10.1000/a%22b%3Cc%3E"
    assert doi_url("") == pmid_url("PMC12") == pmid_url("1" * 10) == ""
