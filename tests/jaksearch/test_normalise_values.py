import pytest

from jakdb.words import Author
from jaksearch.formats.people import read_author, read_authors
from jaksearch.formats.values import (
    clean_doi,
    clean_issn,
    clean_text,
    expand_pages,
    find_registry_ids,
    find_year,
    split_keywords,
    unbracketed,
)


@pytest.mark.parametrize(
    ("name", "author"),
    [
        ("Liu, Lucy Y.", Author("Liu", "Lucy Y.")),
        ("Liu,L.Y.", Author("Liu", "L.Y.")),
        ("Liu LY", Author("Liu", "LY")),
        ("Liu L.Y.", Author("Liu", "L.Y.")),
        ("Chen C.-C.", Author("Chen", "C.-C.")),
        ("van der Maas M", Author("van der Maas", "M")),
        ("Lucy Y. Liu", Author("Liu", "Lucy Y.")),
        ("G. Kalbe", Author("Kalbe", "G.")),
        ("A. Author-One", Author("Author-One", "A.")),
        ("Jan van der Berg", Author("van der Berg", "Jan")),
        ("Smith, Jr., John", Author("Smith", "John, Jr.")),
        ("Ying-Xiu Dai1", Author("Dai", "Ying-Xiu")),
        ("Jung-Won SHIN 1", Author("SHIN", "Jung-Won")),
        ("Selvamani", Author("Selvamani")),
        ("Ng, M.", Author("Ng", "M.")),
        ("王伟", Author("王", "伟")),
        ("欧阳娜娜", Author("欧阳", "娜娜")),
        ("王 小明", Author("王", "小明")),
        ("王, 小明", Author("王", "小明")),
        ("阿卜杜拉·艾则孜", Author(literal="阿卜杜拉·艾则孜")),
        ("中华医学会皮肤性病学分会", Author(literal="中华医学会皮肤性病学分会")),
        ("ALLEGRO Study Group", Author(literal="ALLEGRO Study Group")),
        ("World Health Organization", Author(literal="World Health Organization")),
        ("Name of a University", Author(literal="Name of a University")),
        ("Pfizer,", Author(literal="Pfizer")),
        ("Center for Hair, College of Art, Rome", Author(literal="Center for Hair, College of Art, Rome")),
        ("et al.", None),
        ("[No authors listed]", None),
        ("123", None),
    ],
)  # fmt: skip
def test_names_are_read(name: str, author: Author | None) -> None:
    assert read_author(name) == author


@pytest.mark.parametrize(
    ("cell", "families"),
    [
        ("Liu R., Adler D.G.", ["Liu", "Adler"]),
        ("Xu L, Sanders L, Chow JCL.", ["Xu", "Sanders", "Chow"]),
        ("P. Kogge; J. Shalf", ["Kogge", "Shalf"]),
        ("Joseph Rottman, Erran Carmel, Mary Lacity", ["Rottman", "Carmel", "Lacity"]),
        ("Smith, John", ["Smith"]),
        ("Kennedy Crispin M, Ko JM, et al", ["Kennedy Crispin", "Ko"]),
        ("Ada B. Example, Carl Sample, ...", ["Example", "Sample"]),
        ("Brittany G Craiglow et al.", ["Craiglow"]),
        ("Smith, J., Brown, K.", ["Smith", "Brown"]),
        ("Zuna, R E and Wang, S S", ["Zuna", "Wang"]),
        ("Massimo Aria|Corrado Cuccurullo", ["Aria", "Cuccurullo"]),
        ("颜宏,石德成，尹尚军;赵伟;", ["颜", "石", "尹", "赵"]),
        ("王, 伟; 欧阳, 明; 中华医学会,", ["王", "欧阳", ""]),
        ("Shaw, L. and Price, C. and Tuls, investigators and Epic Study Group", ["Shaw", "Price", "Tuls", ""]),
        ("Ministry of Health and Welfare", [""]),
        ("", []),
    ],
)
def test_cells_of_names_are_split(cell: str, families: list[str]) -> None:
    assert [author.family for author in read_authors([cell], listed=True)] == families


def test_ris_lines_are_not_split_at_commas() -> None:
    assert [author.family for author in read_authors(["Smith, J, A"])] == ["Smith"]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("NCT01234567 and nct 07654321", ("NCT01234567", "NCT07654321")),
        ("ISRCTN12345678; ISRCTN 12345678", ("ISRCTN12345678",)),
        ("ChiCTR1900023456, ChiCTR-TRC-12002345", ("CHICTR-TRC-12002345", "CHICTR1900023456")),
        ("EudraCT number: 2018-001714-14", ("EUCTR2018-001714-14",)),
        ("EUCTR2018-001714-14-DE", ("EUCTR2018-001714-14",)),
        ("2018-001714-14", ("EUCTR2018-001714-14",)),
        ("CTIS 2022-500123-10-00", ("CTIS2022-500123-10-00",)),
        ("ACTRN12612000544808", ("ACTRN12612000544808",)),
        ("UMIN000012345 / UMIN-CTR 000012345", ("UMIN000012345",)),
        ("jRCTs031180234", ("JRCTS031180234",)),
        ("DRKS00012345", ("DRKS00012345",)),
        ("CTRI/2019/05/019123", ("CTRI/2019/05/019123",)),
        ("IRCT20120215009014N330", ("IRCT20120215009014N330",)),
        ("RBR-6tvqf3", ("RBR-6TVQF3",)),
        ("NTR4567", ("NTR4567",)),
        ("KCT0001234", ("KCT0001234",)),
        ("PACTR201407000894328", ("PACTR201407000894328",)),
        ("TCTR20180101001", ("TCTR20180101001",)),
        ("SLCTR/2015/001", ("SLCTR/2015/001",)),
        ("RPCEC00000123", ("RPCEC00000123",)),
        ("JapicCTI-123456", ("JAPICCTI-123456",)),
        ("control 2014-99150-257 PMID 12345678 function 123456", ()),
    ],
)
def test_registration_numbers_are_found(text: str, ids: tuple[str, ...]) -> None:
    assert find_registry_ids([text]) == ids
    around = "word " * 40
    for one in (
        text.lower(),
        f"{around}{text} {around}",
        f"{around}斑秃 {text} {around}",
        f"{around}１２３４５６ {text}",
    ):
        shorter = ("SLCTR", "NTR", "RBR")  # whose few figures count only behind capitals
        assert find_registry_ids([one]) == (() if one == text.lower() and text.startswith(shorter) else ids)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("p &lt; 0.05 &amp;amp; x &gt; 3", "p < 0.05 & x > 3"),
        ("CD4<sup>+</sup> <jats:italic>T</jats:italic> cells", "CD4+ T cells"),
        ("<p>One</p><p>Two</p>", "One Two"),
        ("a\u00ad\u200bb\u00a0c\n d", "ab c d"),
        ("e\u0301", "é"),
        ("if a<b and b>c", "if a<b and b>c"),
    ],
)
def test_text_is_cleaned(text: str, clean: str) -> None:
    assert clean_text(text) == clean


@pytest.mark.parametrize(
    ("text", "doi"),
    [
        ("10.1000/x)", "10.1000/x"),
        ("10.1000/x(1)", "10.1000/x(1)"),
        ("https://dx.doi.org/10.1016%2Fj.x.2020.1", "10.1016/j.x.2020.1"),
        ("10.1000/x [doi]", "10.1000/x"),
        ("10.1000/x[doi]", "10.1000/x"),
        (
            "10.1002/(SICI)1097(1998)17:15&lt;1661::AID&gt;3.0.CO;2-2",
            "10.1002/(sici)1097(1998)17:15<1661::aid>3.0.co;2-2",
        ),
        ("version 10.2 of it", ""),
        ("http://x.org/?doi=10.1000/x&other=1", "10.1000/x"),
    ],
)
def test_dois_are_cleaned(text: str, doi: str) -> None:
    assert clean_doi(text) == doi


@pytest.mark.parametrize(
    ("text", "pages"),
    [("S31-6", "S31-S36"), ("e25-e30", "e25-e30"), ("99-101", "99-101"), ("146p", "146p"), ("xi + 131", "xi"),
     ("1-1", "1"),
     ("R1055-8", "R1055-R1058"), ("pp. 3–9", "3-9"), ("n. pag.", ""), ("p. 7", "7"), ("12A-19A", "12A-19A")],
)  # fmt: skip
def test_printed_pages(text: str, pages: str) -> None:
    assert expand_pages(text) == pages


def test_years_issns_keywords_and_brackets() -> None:
    dates = ("2019///", "0000", "19931118", "Start date: 20170812", "Winter 2014", "12345")
    assert [find_year(text) for text in dates] == [2019, None, 1993, 2017, 2014, None]
    assert clean_issn(["2325-9671 (electronic)", "ISSN-1042-1629", "1660-4601 1661-7827", "9783642002304"]) == (
        "2325-9671",
        "1042-1629",
        "1660-4601",
        "1661-7827",
    )
    assert split_keywords(["a;b；c", "*d", "a", "NA", "Infant, Newborn"]) == ("a", "b", "c", "d", "Infant, Newborn")
    assert unbracketed("[One] and [two]") == "[One] and [two]"
