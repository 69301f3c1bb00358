"""The printings of seven real papers on JAK inhibitors in alopecia areata, as their sources print them.

Facts (title, names, year, DOI, pages) as printed on the pages named beside each record; the reference records follow
the publishers' and PubMed's data. Every printing is merged with its paper, or asked with a reason.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from jakdb.words import Author, Record
from jaksearch.dedupe import decide, find_duplicates

DAI = "Efficacy and safety of tofacitinib therapy in Asian patients with severe alopecia areata"
CRAIGLOW = "Tofacitinib for the treatment of alopecia areata and variants in adolescents"
GUO = (
    "Benefit and risk profile of tofacitinib for the treatment of alopecia areata: a systemic review and meta-analysis"
)
YAN = (
    "The efficacy and safety of JAK inhibitors for alopecia areata: A systematic review and meta-analysis of "
    "prospective studies"
)
JERJEN = "Treatment of alopecia areata in pre-adolescent children with oral tofacitinib: A retrospective study"
CRISPIN = "Safety and efficacy of the JAK inhibitor tofacitinib citrate in patients with alopecia areata"
SHIN = (
    "Comparison of the treatment outcome of oral tofacitinib with other conventional therapies in refractory alopecia "
    "totalis and universalis: a retrospective study"
)


def people(*names: str) -> tuple[Author, ...]:
    return tuple(Author(literal=n) for n in names)


PAPERS = {
    "dai": Record(
        title=DAI,
        authors=(Author("Dai", "YX"), Author("Yeh", "CP"), Author("Chen", "CC")),
        year=2020,
        journal="Dermatologica Sinica",
        volume="38",
        pages="3-8",
        doi="10.4103/ds.ds_26_19",
    ),
    "craiglow": Record(
        title=CRAIGLOW,
        authors=(Author("Craiglow", "BG"),),
        year=2017,
        journal="J Am Acad Dermatol",
        volume="76",
        pages="29-32",
        doi="10.1016/j.jaad.2016.09.006",
        pmid="27816292",
    ),
    "guo": Record(
        title=GUO,
        year=2020,
        journal="J Eur Acad Dermatol Venereol",
        volume="34(1)",
        pages="192-201",
        doi="10.1111/jdv.15937",
        pmid="31494993",
    ),
    "yan": Record(
        title=YAN,
        authors=(Author("Yan", "D"), Author("Fan", "H"), Author("Chen", "M"), Author("Xia", "L")),
        year=2022,
        journal="Front Pharmacol",
        volume="13",
        pages="950450",
        doi="10.3389/fphar.2022.950450",
        pmid="36091777",
    ),
    "jerjen": Record(
        title=JERJEN,
        authors=(Author("Jerjen", "R"), Author("Meah", "N"), Author("Trindade de Carvalho", "L"), Author("Wall", "D")),
    ),
    "crispin": Record(
        title=CRISPIN,
        authors=(Author("Crispin", "MK"), Author("Ko", "J"), Author("Craiglow", "BG"), Author("Li", "S")),
        year=2016,
        journal="JCI Insight",
        volume="1",
        pages="e89776",
        doi="10.1172/jci.insight.89776",
    ),
    "shin": Record(
        title=SHIN,
        authors=(Author("Shin", "JW"), Author("Huh", "CH"), Author("Kim", "MW")),
        year=2019,
        journal="Acta Derm Venereol",
        volume="99",
        pages="41-46",
    ),
}

PRINTINGS = [
    # scholar.nycu.edu.tw, RIS text on the page
    ("dai", Record(title=DAI, authors=people("Dai, Ying Xiu", "Yeh, Chen Pu", "Chen, Chih Chiang"), year=2020)),
    # dermsinica.org: affiliation digits stuck to the names
    (
        "dai",
        Record(
            title=DAI,
            authors=people("Ying-Xiu Dai1", "Chen-Pu Yeh1", "Chih-Chiang Chen2"),
            year=2020,
            doi="10.4103/ds.ds_26_19",
            pages="3-8",
        ),
    ),
    # openaccess.library.uitm.edu.my, from DOAJ
    (
        "dai",
        Record(
            title=DAI,
            authors=people("Ying-Xiu Dai", "Chen-Pu Yeh", "Chih-Chiang Chen"),
            year=2020,
            doi="10.4103/ds.ds_26_19",
            pages="3-8",
        ),
    ),
    # discovery.researcher.life: title and abstract only
    ("dai", Record(title=DAI)),
    # pubmed.ncbi.nlm.nih.gov/27816292: title case
    (
        "craiglow",
        Record(
            title="Tofacitinib for the Treatment of Alopecia Areata and Variants in Adolescents",
            authors=people("Brittany G Craiglow et al."),
            year=2017,
            doi="10.1016/j.jaad.2016.09.006",
            pages="29-32",
        ),
    ),
    # api-pubmed-ncbi.laibokeji.com: sentence case, no names
    ("craiglow", Record(title=CRAIGLOW, year=2017, doi="10.1016/j.jaad.2016.09.006", pages="29-32")),
    ("craiglow", Record(title=CRAIGLOW)),  # discovery.researcher.life
    ("guo", Record(title=GUO, year=2020, doi="10.1111/jdv.15937", pages="192-201")),  # suppr.wilddata.cn
    ("guo", Record(title=GUO)),  # discovery.researcher.life
    # frontiersin.org, text of the page: names doubled around an entity
    (
        "yan",
        Record(
            title=YAN,
            authors=people("Diqin Yan,&#x;Diqin Yan1,2", "Huaying Fan&#x;Huaying Fan3", "Min Chen"),
            year=2022,
            doi="10.3389/fphar.2022.950450",
        ),
    ),
    # scribd.com, a scan
    (
        "yan",
        Record(
            title=YAN, authors=people("Yan D", "Fan H", "Chen M", "Xia L"), year=2022, doi="10.3389/fphar.2022.950450"
        ),
    ),
    # suppr.wilddata.cn: no title, family names first
    (
        "yan",
        Record(
            authors=people("Yan Diqin", "Fan Huaying", "Chen Min"),
            year=2022,
            doi="10.3389/fphar.2022.950450",
            pages="950450",
        ),
    ),
    # findanexpert.unimelb.edu.au: hyphen-minus
    (
        "jerjen",
        Record(
            title=JERJEN, authors=people("Rebekka Jerjen", "Nekma Meah", "Lara Trindade de Carvalho", "Dmitri Wall")
        ),
    ),
    # endolab.net: U+2010 in the title
    ("jerjen", Record(title=JERJEN.replace("pre-adolescent", "pre‐adolescent"))),
    # jamanetwork.com, as cited: compound surname
    (
        "crispin",
        Record(title=CRISPIN, authors=people("Kennedy Crispin M", "Ko JM", "Craiglow BG"), year=2016, pages="e89776"),
    ),
    # tressless.com: the same first author as Crispin
    (
        "crispin",
        Record(
            title="Safety and Efficacy of the JAK Inhibitor Tofacitinib Citrate in Patients with Alopecia Areata",
            authors=people("Milène K. Crispin", "Justin Ko", "Brittany G. Craiglow"),
            year=2016,
        ),
    ),
    # viewer.joomag.com, text of a page: words broken at the line's end
    (
        "shin",
        Record(
            title=SHIN.replace("tofacitinib", "to-facitinib").replace("conventional", "conven-tional"),
            authors=people("Jung-Won SHIN 1", "Chang-Hun HUH 1"),
            year=2019,
            pages="41-46",
        ),
    ),
]


def test_there_are_seventeen_printings_of_seven_papers() -> None:
    assert len(PRINTINGS) == 17
    assert {name for name, _ in PRINTINGS} == set(PAPERS)


@pytest.mark.parametrize(("name", "printing"), PRINTINGS)
def test_each_printing_is_merged_or_asked(name: str, printing: Record) -> None:
    verdict = decide(PAPERS[name], printing)
    assert verdict.kind == ("merge" if printing.title else "ask")  # the untitled one shares a DOI but no journal
    assert verdict.reasons


def test_all_printings_find_their_paper_and_no_other() -> None:
    names = list(PAPERS)
    records = [replace(PAPERS[name], id=i) for i, name in enumerate(names, 1)]
    owner = dict(enumerate(names, 1))
    for number, (name, printing) in enumerate(PRINTINGS, 100):
        records.append(replace(printing, id=number))
        owner[number] = name
    found = find_duplicates(records)
    assert all(owner[p.a] == owner[p.b] for p in (*found.merges, *found.asks))
    reached = {x for p in (*found.merges, *found.asks) for x in (p.a, p.b)}
    assert reached == set(owner)
    assert len(found.merges) + len(found.asks) == 17
    assert len(found.asks) <= 1


def test_two_cohorts_of_69_patients_stay_apart() -> None:
    """Indian J Dermatol Venereol Leprol, doi:10.25259/IJDVL_1755_2024, and another long-term series of 69."""
    lin = Record(
        id=1,
        title="Efficacy and safety of tofacitinib in patients with total and universal alopecia: a retrospective "
        "evaluation of 69 patients",
        authors=(Author("Lin", "W"), Author("Zhang", "F"), Author("Lv", "S")),
        journal="Indian J Dermatol Venereol Leprol",
        doi="10.25259/ijdvl_1755_2024",
    )
    other = Record(
        id=2,
        title="Long-term efficacy and safety of oral tofacitinib in alopecia areata: a retrospective evaluation of "
        "69 patients",
    )
    assert decide(lin, other).kind == "apart"
    found = find_duplicates([lin, other])
    assert not found.merges
    assert not found.asks


def test_69_patients_and_97_patients_are_two_papers() -> None:
    one = Record(title="Safety and efficacy of tofacitinib in 97 alopecia areata patients")
    assert (
        decide(one, Record(title="Safety and efficacy of tofacitinib in 69 alopecia areata patients")).kind == "apart"
    )
