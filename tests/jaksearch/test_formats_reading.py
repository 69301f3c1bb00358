import hashlib
import sys
from pathlib import Path
from subprocess import run

import pytest

from jakdb.errors import InputError, UsageError
from jaksearch.formats import FORMATS, read_bytes, read_file, sniff

RIS = "TY  - JOUR\nTI  - Hair\nER  - \n"
MEDLINE = "PMID- 1\nOWN - NLM\nTI  - Hair\n"
TABLE = "Title,Year,DOI\nHair,2020,10.1000/1\n"


@pytest.mark.parametrize(("text", "kind"), [(RIS, "ris"), (MEDLINE, "medline"), (TABLE, "csv")])
@pytest.mark.parametrize("name", ["export.txt", "export.ris", "export.csv", "export.nbib", "-"])
def test_content_and_not_the_extension_tells_the_format(text: str, kind: str, name: str) -> None:
    assert sniff(text, name=name) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1.\nTY  - JOUR\nID  - 2020\nT1  - Hair\nER  -\n", "ris"),
        ("Provider: X\nContent: text/plain\n\nTY - JOUR\nTI - Hair\nER -\n", "ris"),
        ("TI  - Hair\nAU  - Liu L\nPY  - 2020\nER  - \nTI  - Loss\nAU  - Ko J\nER  - \n", "ris"),
        ("\n\nOWN - ERIC\nTI  - Hair\nJT  - School\n", "medline"),
        ("PMCR- 20481061\nTI  - Hair\nPT  - Book\n", "medline"),
        ("<?xml version='1.0'?>\n<PubmedArticleSet></PubmedArticleSet>", "pubmed-xml"),
        ("<PubmedArticle>\n<MedlineCitation>\nTY  - JOUR\n", "pubmed-xml"),
        ("<?xml version='1.0'?><xml><records><record><titles>", "endnote-xml"),
        ("PT\tAU\tTI\tSO\tPY\nJ\tLiu, L\tHair\tHAIR J\t2020\n", "csv"),
        ("题名;作者;刊名;年\n斑秃;王伟;中华皮肤科杂志;2020\n", "csv"),
        ("foo;bar\n1;2\n3;4\n", "csv"),
        ("FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nAU Liu, L\nTI Hair\nER\n", "wos"),
        ("RT Journal Article\nSR 1\nA1 王伟\nT1 斑秃\n", "refworks"),
        ("%0 Journal Article\n%A 王伟\n%T 斑秃\n", "refer"),
        ("{Reference Type}: Journal Article\n{Title}: 斑秃\n{Address}: A, DO, TI, year\n", "noteexpress"),
        ("DataType: 1\nTitle-题名: 斑秃\nAuthor-作者: 王伟;\n", "estudy"),
        ("<1. >\nVN  - Ovid Technologies\nDB  - Ovid MEDLINE\nTI  - Hair\nAU  - Liu\n", "ovid"),
        ("<1>\nUnique Identifier\n  31733325\nTitle\n  Hair\n", "ovid"),
        ("Record #1 of 1\nID: CN-01234567\nTI: Hair\n", "cochrane"),
        ("Record #1 of 1\nTY  - JOUR\nTI  - Hair\nER  - \n", "ris"),
        ('"Title","Abstract"\n"Hair","{Reference Type}: none\n@article{x"\n', "csv"),
    ],
)
def test_dialects_are_recognised(text: str, kind: str) -> None:
    assert sniff(text) == kind


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("<?xml version='1.0'?>\n<collection></collection>", "XML"),
        ('{"hair": ["loss"]}', "JSON, but neither CSL-JSON"),
        ("Just a letter to the editor.\nNothing else.\n", "not a format"),
    ],
)
def test_other_formats_are_named_with_a_way_out(text: str, word: str) -> None:
    with pytest.raises(InputError, match=word) as caught:
        sniff(text, name="export.ris")
    assert caught.value.hint


def test_a_file_is_read_with_its_hash_size_and_account(tmp_path: Path) -> None:
    data = (RIS + "TY  - JOUR\nPB  - X\nER  - \nTY  - JOUR\nTI  - Z\nZ1  - z\nER  - \n").encode("utf-8-sig")
    path = tmp_path / "some export.txt"
    path.write_bytes(data)
    reading = read_file(path)
    assert (reading.name, reading.size, reading.sha256) == (path.name, len(data), hashlib.sha256(data).hexdigest())
    assert (reading.format, reading.encoding) == ("ris", "utf-8-sig")
    assert [len(reading.records), len(reading.accepted), len(reading.rejects)] == [3, 2, 1]
    assert reading.warnings == ("1 record: unknown tag Z1, kept",)


def test_a_missing_file_and_a_folder_are_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read_file(tmp_path / "nothing.ris")
    with pytest.raises(InputError, match="folder"):
        read_file(tmp_path)


def test_a_chosen_format_is_obeyed_and_an_unknown_one_is_an_error() -> None:
    assert read_bytes(MEDLINE.encode(), format="nbib").format == "medline"
    with pytest.raises(UsageError, match="docx") as caught:
        read_bytes(RIS.encode(), format="docx")
    assert all(name in caught.value.hint for name in FORMATS)
    with pytest.raises(InputError, match="no record"):
        read_bytes(b"nothing of the kind\n", format="ris")


def test_columns_belong_to_tables() -> None:
    reading = read_bytes(b"Paper,When\nHair,2020\n", columns={"title": "Paper", "year": "When"})
    assert reading.accepted[0].fields == (("title", "Hair"), ("year", "2020"))
    with pytest.raises(UsageError, match="tables only"):
        read_bytes(RIS.encode(), format="ris", columns={"title": "Paper"})


def test_errors_of_a_table_name_the_file() -> None:
    with pytest.raises(InputError, match=r"^mine\.csv: no column"):
        read_bytes(b"Name,Year\nHair,2020\n", name="mine.csv")


def ris(*lines: str) -> bytes:
    return "\n".join(["TY  - JOUR", "TI  - Hair", *lines, "ER  - ", ""]).encode()


@pytest.mark.parametrize(
    ("data", "database"),
    [
        (ris("U2  - L2003123456"), "Embase"),
        (ris("UR  - http://www.embase.com/search/results?subaction=viewrecord&id=L63"), "Embase"),
        (ris("AN  - WOS:000468040200020"), "Web of Science"),
        (ris("DB  - Scopus", "UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-85"), "Scopus"),
        (ris("AN  - CN-01234567", "DB  - CENTRAL"), "Cochrane Library"),
        (ris("DB  - PubMed", "AN  - 26957754"), "PubMed"),
        (ris("U1  - 26957754[pmid]"), "PubMed"),
        (ris("AN  - 2023-15354-001", "DP  - EBSCOhost", "DB  - psyh"), "PsycINFO"),
        (ris("UR  - https://search.ebscohost.com/login.aspx?db=cin20&AN=1", "DP  - EBSCOhost"), "CINAHL"),
        (ris("AN  - pub.1149029839", "L2  - https://pubmed.ncbi.nlm.nih.gov/1"), "Dimensions"),
        (ris("UR  - https://kns.cnki.net/kcms2/article/abstract?v=1"), "CNKI"),
        (ris("UR  - https://d.wanfangdata.com.cn/periodical/x"), "Wanfang"),
        (b"Provider: JSTOR http://www.jstor.org\n\n" + ris(), "JSTOR"),
        (ris() + b"\nLink: http://ovidsp.ovid.com/ovidweb.cgi?T=JS&NEWS=N&D=caba6&AN=1\n", "CAB Abstracts"),
        (ris(), ""),
        (MEDLINE.encode(), "PubMed"),
        (b"OWN - ERIC\nTI  - Hair\nJT  - School\n", "ERIC"),
        (b"PMID,Title,Authors,Citation,Journal/Book,NIHMS ID\n1,Hair,Liu L,x,J,\n", "PubMed"),
        (b"Title,Author Names,Emtree Drug Index Terms,Open URL Link\nHair,Liu L.,x,y\n", "Embase"),
        (b"Authors,Title,Year,Source title,EID\nLiu L.,Hair,2020,J,2-s2.0-1\n", "Scopus"),
        (b"PT\tAU\tTI\tSO\tUT\nJ\tLiu, L\tHair\tJ\tWOS:1\n", "Web of Science"),
        ("SrcDatabase-来源库,Title-题名,Author-作者\n期刊,斑秃,王伟\n".encode(), "CNKI"),
        (TABLE.encode(), ""),
    ],
)
def test_the_database_is_guessed(data: bytes, database: str) -> None:
    assert read_bytes(data).database == database


def test_importing_the_formats_loads_nothing_heavy() -> None:
    heavy = "numpy scipy pandas sklearn sqlalchemy matplotlib Bio lxml charset_normalizer typer".split()  # noqa: SIM905
    code = f"import sys, jaksearch; print([name for name in {heavy} if name in sys.modules])"
    done = run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert done.stdout.strip() == "[]"
