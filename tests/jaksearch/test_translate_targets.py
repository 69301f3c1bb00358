"""What each database gets for a piece of PubMed, and what it is said to lose."""

from __future__ import annotations

import pytest

from jaksearch.translate import TARGETS, Draft, Loss, PubmedStrategy, StrategyError, draft

FOUR = ("ovid", "embase", "wos", "cochrane")


def drafted(query: str, target: str) -> Draft:
    """Return the draft of one query."""
    return draft(PubmedStrategy(query=query), target)


def kinds(losses: tuple[Loss, ...]) -> set[str]:
    """Return the kinds of some losses."""
    return {loss.kind for loss in losses}


@pytest.mark.parametrize(
    ("query", "ovid", "embase", "wos", "cochrane"),
    [
        ("hair[tiab]", "hair.ti,ab,kf.", "hair:ti,ab,kw", 'TS=("hair")', "hair:ti,ab,kw"),
        ("hair[ti]", "hair.ti.", "hair:ti", 'TI=("hair")', "hair:ti"),
        ("hair[ab]", "hair.ab.", "hair:ab", 'AB=("hair")', "hair:ab"),
        ("hair[tw]", "hair.mp.", "hair:ti,ab,kw,de", 'TS=("hair")', "hair:ti,ab,kw"),
        ("hair[all]", "hair.af.", "hair", 'ALL=("hair")', "hair"),
        ('"hair loss"', '"hair loss".af.', "'hair loss'", 'ALL=("hair loss")', '"hair loss"'),
        ("hair[ot]", "hair.kf.", "hair:kw", 'AK=("hair")', "hair:kw"),
        (
            '"alopecia areata"[tiab] OR hair loss[tiab]',
            '("alopecia areata" or "hair loss").ti,ab,kf.',
            "('alopecia areata' OR 'hair loss'):ti,ab,kw",
            'TS=("alopecia areata" OR "hair loss")',
            '("alopecia areata" OR "hair loss"):ti,ab,kw',
        ),
        (
            "hair loss treatments",
            "hair.mp. and loss.mp. and treatments.mp.",
            "hair:ti,ab,kw,de AND loss:ti,ab,kw,de AND treatments:ti,ab,kw,de",
            'TS=("hair") AND TS=("loss") AND TS=("treatments")',
            "hair:ti,ab,kw AND loss:ti,ab,kw AND treatments:ti,ab,kw",
        ),
        ("jakinib*[ti]", "jakinib*.ti.", "jakinib*:ti", "TI=(jakinib*)", "jakinib*:ti"),
        (
            '"jak inhibitor*"[ti]',
            "(jak adj inhibitor*).ti.",
            "(jak NEXT/1 inhibitor*):ti",
            'TI=("jak inhibitor*")',
            "(jak NEXT inhibitor*):ti",
        ),
        ("organi*ation*[ti]", "organi?ation*.ti.", "organi*ation*:ti", "TI=(organi*ation*)", "organi*ation*:ti"),
        (
            "*kinase[ti]",
            "<<BY-HAND *kinase[ti]>>",
            "<<BY-HAND *kinase[ti]>>",
            "TI=(*kinase)",
            "<<BY-HAND *kinase[ti]>>",
        ),
        ("ja*[ti]", "ja*.ti.", "ja*:ti", "<<BY-HAND ja*[ti]>>", "ja*:ti"),
        (
            '"hair loss"[ti:~2]',
            "(hair adj3 loss).ti.",
            "(hair NEAR/3 loss):ti",
            'TI=("hair" NEAR/2 "loss")',
            "(hair NEAR/3 loss):ti",
        ),
        (
            '"hair loss"[ti:~0]',
            "(hair adj1 loss).ti.",
            "(hair NEAR/1 loss):ti",
            'TI=("hair" NEAR/0 "loss")',
            "(hair NEAR/1 loss):ti",
        ),
        (
            '"hair loss scalp"[ti:~2]',
            "(hair adj4 loss adj4 scalp).ti.",
            "(hair NEAR/4 loss NEAR/4 scalp):ti",
            'TI=("hair" NEAR/3 "loss" NEAR/3 "scalp")',
            "(hair NEAR/4 loss NEAR/4 scalp):ti",
        ),
        (
            '"Alopecia Areata"[mh]',
            "exp Alopecia Areata/",
            "'Alopecia Areata'/exp <<MAP>>",
            'TS=("Alopecia Areata")',
            '[mh "Alopecia Areata"]',
        ),
        (
            "Arthritis, Rheumatoid[mh:noexp]",
            "Arthritis, Rheumatoid/",
            "'Arthritis, Rheumatoid'/de <<MAP>>",
            'TS=("Rheumatoid Arthritis")',
            '[mh ^"Arthritis, Rheumatoid"]',
        ),
        (
            '"Alopecia/drug therapy"[majr]',
            "exp *Alopecia/dt",
            "'Alopecia'/exp/mj <<MAP>>",
            'TS=("Alopecia")',
            '[mh "Alopecia"/DT[mj]]',
        ),
        (
            '"Wounds and Injuries"[majr:noexp]',
            '*"Wounds and Injuries"/',
            "'Wounds and Injuries'/mj <<MAP>>",
            'TS=("Wounds and Injuries")',
            '[mh ^"Wounds and Injuries"[mj]]',
        ),
        (
            '"Hodgkin\'s disease"[mh]',
            "exp Hodgkin's disease/",
            '"Hodgkin\'s disease"/exp <<MAP>>',
            'TS=("Hodgkin\'s disease")',
            '[mh "Hodgkin\'s disease"]',
        ),
        (
            "randomized controlled trial[pt]",
            "randomized controlled trial.pt.",
            "'randomized controlled trial'/exp <<MAP>>",
            'TS=("randomized controlled trial")',
            '"randomized controlled trial":pt',
        ),
        ("review[pt]", "review.pt.", "review:it", "DT=(Review)", "review:pt"),
        (
            "drug therapy[sh]",
            "drug therapy.fs.",
            "<<BY-HAND drug therapy[sh]>>",
            'TS=("drug therapy")',
            "<<BY-HAND drug therapy[sh]>>",
        ),
        ("eng[la]", "english.lg.", "english:la", "LA=(english)", "<<BY-HAND eng[la]>>"),
        ("english[Filter]", "english.lg.", "english:la", "LA=(english)", "<<BY-HAND english[sb]>>"),
        ("smith j[au]", "smith j*.au.", "'smith j*':au", "AU=(smith j*)", '"smith j":au'),
        ('"N Engl J Med"[ta]', "N Engl J Med.jn.", "'N Engl J Med':jt", 'SO=("N Engl J Med")', '"N Engl J Med":so'),
        ("ruxolitinib[nm]", "ruxolitinib.nm.", "'ruxolitinib'/exp <<MAP>>", 'TS=("ruxolitinib")', "ruxolitinib:kw"),
        (
            "1,22[pmid]",
            "1.ui. or 22.ui.",
            "<<BY-HAND 1,22[pmid]>>",
            "PMID=(1) OR PMID=(22)",
            "<<BY-HAND 1,22[pmid]>>",
        ),
        (
            '"10.1/a(2)b"[doi]',
            '"10.1/a(2)b".do.',
            '<<BY-HAND "10.1/a(2)b"[aid]>>',
            'DO=("10.1/a(2)b")',
            '<<BY-HAND "10.1/a(2)b"[aid]>>',
        ),
        ("systematic[sb]", *("<<BY-HAND systematic[sb]>>",) * 4),
        ("2019:2024[crdt]", *("<<BY-HAND 2019:2024[crdt]>>",) * 4),
        (
            "hair[ti] AND 2019:2024[dp]",
            'limit 1 to yr="2019-2024"',
            "hair:ti AND [2019-2024]/py",
            'TI=("hair") AND PY=(2019-2024)',
            "hair:ti AND <<BY-HAND 2019:2024[dp]>>",
        ),
        (
            "hair[ti] AND 2019:3000[dp]",
            'limit 1 to yr="2019 -Current"',
            "hair:ti AND <<BY-HAND 2019:3000[dp]>>",
            'TI=("hair") AND <<BY-HAND 2019:3000[dp]>>',
            "hair:ti AND <<BY-HAND 2019:3000[dp]>>",
        ),
        (
            "a[ti] OR b[ti] AND c[ab] NOT d[ti]",
            "((a or b).ti. and c.ab.) not d.ti.",
            "((a OR b):ti AND c:ab) NOT d:ti",
            '(TI=("a" OR "b") AND AB=("c")) NOT TI=("d")',
            "((a OR b):ti AND c:ab) NOT d:ti",
        ),
        (
            '"or"[ti] OR 2019[tiab]',
            '"or".ti. or "2019".ti,ab,kf.',
            "'or':ti OR 2019:ti,ab,kw",
            'TI=("or") OR TS=("2019")',
            '"or":ti OR 2019:ti,ab,kw',
        ),
        ("5[ti] OR x[ti]", '("5" or x).ti.', "(5 OR x):ti", 'TI=("5" OR "x")', "(5 OR x):ti"),
        (
            '"alzheimer\'s disease"[ti]',
            '"alzheimer\'s disease".ti.',
            '"alzheimer\'s disease":ti',
            'TI=("alzheimer\'s disease")',
            '"alzheimer\'s disease":ti',
        ),
        ("COVID-19[ti]", "COVID-19.ti.", "'COVID-19':ti", 'TI=("COVID-19")', '"COVID-19":ti'),
        ("斑秃[ti]", "斑秃.ti.", "斑秃:ti", 'TI=("斑秃")', "斑秃:ti"),
    ],
)
def test_each_piece_in_each_syntax(query: str, ovid: str, embase: str, wos: str, cochrane: str) -> None:
    found = {name: drafted(query, name).lines[-1].text for name in FOUR}
    assert found == {"ovid": ovid, "embase": embase, "wos": wos, "cochrane": cochrane}


@pytest.mark.parametrize(
    ("query", "losses"),
    [
        ("hair[ti]", ("", "", "", "")),
        ("hair[tiab]", ("", "", "field", "field")),
        ('"hair loss"[ti]', ("phrase",) * 4),
        ("hair", ("mapping",) * 4),
        ('"Alopecia"[mh]', ("heading", "heading", "explosion, heading", "heading")),
        ('"Alopecia"[mh:noexp]', ("heading",) * 4),
        ('"Alopecia"[majr:noexp]', ("heading", "heading, major topic", "heading, major topic", "heading")),
        ('"Alopecia/dt"[mh:noexp]', ("heading", "heading, subheading", "heading, subheading", "heading, subheading")),
        ('"Alopecia/dt"[mh]', ("heading, subheading",) * 2 + ("explosion, heading, subheading", "heading, subheading")),
        ("alopeci*[mh]", ("truncation",) * 4),
        ("jak*[ti]", ("truncation",) * 4),
        ("engl*[la]", ("truncation", "truncation", "truncation", "field")),
        ("rando*[pt]", ("explosion, truncation", "heading, truncation", "field", "filter, truncation")),
        ("organi*ation[ti]", ("truncation",) * 4),
        ('"jak inhibitor*"[ti]', ("phrase", "phrase, truncation") * 2),
        ('"hair loss"[ti:~2]', ("", "", "", "proximity")),
        ('"hair loss scalp"[ti:~2]', ("proximity",) * 4),
        ('"hair inhibit*"[ti:~2]', ("proximity",) * 4),
        ("a[ti] NOT b[ti]", ("not",) * 4),
        ("a[ti] OR b[ti] AND c[ti]", ("order",) * 4),
        ("hair and scalp[ti]", ("phrase, small letters",) * 4),
        ("jak1/2[ti]", ("characters, phrase",) * 4),
        ("“hair”[ti]", ("characters",) * 4),
        ("review[pt]", ("explosion", "", "", "filter")),
        ("review[pt:noexp]", ("", "", "", "filter")),
        ("drug therapy[sh]", ("explosion", "field", "subheading", "field")),
        ("systematic[sb]", ("filter",) * 4),
        ("a[ti] AND 2019:2024[dp]", ("", "", "", "date")),
        ("a[ti] AND 2019/05:2024[dp]", ("date",) * 4),
        ("a[ti] AND 2019:3000[dp]", ("", "date", "date", "date")),
        ("a[ti] OR 2019:2024[dp]", ("date", "", "", "date")),
        ("2019[crdt]", ("date",) * 4),
        ("x[gr]", ("field",) * 4),
        ("english[la]", ("", "", "", "field")),
    ],
)
def test_what_is_lost_is_said(query: str, losses: tuple[str, str, str, str]) -> None:
    said = {name: ", ".join(sorted(kinds(drafted(query, name).losses))) for name in FOUR}
    assert said == dict(zip(FOUR, losses, strict=True))


def test_a_loss_names_its_line_its_words_and_what_to_do() -> None:
    lines = (("areata", '"Alopecia Areata"[mh] OR "Hair"[mh]'), ("all", "#areata AND hair[ti]"))
    [loss] = draft(PubmedStrategy(lines), "embase").losses
    assert (loss.kind, loss.line, loss.words) == ("heading", "areata", ('"Alopecia Areata"[mh]', '"Hair"[mh]'))
    assert str(loss).startswith('line areata, "Alopecia Areata"[mh]; "Hair"[mh]: Embase is indexed with Emtree')


def test_what_holds_for_all_lines_is_said_once() -> None:
    lines = tuple((str(number), f"word{number}[tiab]") for number in range(1, 9))
    [loss] = draft(PubmedStrategy(lines), "wos").losses
    assert (loss.line, loss.words, str(loss)) == ("", (), loss.sentence)


def test_a_long_piece_is_cut_where_it_is_printed_only() -> None:
    query = " OR ".join(f"word{number}[ti]" for number in range(40)) + " AND x[ti]"
    [loss] = drafted(query, "ovid").losses
    assert loss.words == (query,)
    assert len(str(loss)) < len(loss.sentence) + 80


def test_stop_words_of_a_search_without_tags_are_left_out_as_in_pubmed() -> None:
    assert drafted("treatment of the hair", "ovid").lines[0].text == "treatment.mp. and hair.mp."
    assert drafted("of the", "ovid").lines[0].text == "of.mp. and the.mp."


def test_a_number_is_never_taken_for_a_line_of_ovid() -> None:
    text = drafted('3[ti] OR "4 5*"[ti] OR "6 7"[ti:~1] OR 18 Hydroxy[mh]', "ovid").lines[0].text
    assert text == '("3" or ("4" adj 5*) or ("6" adj2 "7")).ti. or exp 18 Hydroxy/'
    assert drafted("18-x[mh:noexp]", "ovid").lines[0].text == "18-x/"


def test_a_mark_that_the_strategy_holds_itself_does_no_harm() -> None:
    assert drafted('"a>>b <<MAP>>"[gr]', "wos").lines[0].text == '<<BY-HAND "a> > b <<MAP> > "[gr]>>'
    assert drafted('"x <<MAP>>"[mh]', "embase").lines[0].text == "'x <<MAP>>'/exp <<MAP>>"


@pytest.mark.parametrize("target", FOUR)
def test_what_pubmed_cannot_read_is_refused_for_each(target: str) -> None:
    with pytest.raises(StrategyError, match="whole query, column 1: this parenthesis is not closed"):
        drafted("(hair", target)


def test_the_four_databases_are_known_by_their_words() -> None:
    assert tuple(TARGETS) == FOUR
