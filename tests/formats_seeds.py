"""Small exports in the shapes of the main formats, all invented, and the words that each format is made of."""

from __future__ import annotations

from formats_json_seeds import JSON_SEEDS, JSON_TOKENS

__all__ = ["MAIN_FORMATS", "SEEDS", "TOKENS"]

MAIN_FORMATS = ("ris", "medline", "pubmed-xml", "csv", "wos", "noteexpress", "endnote-xml", "bibtex", *JSON_SEEDS)

RIS = """TY  - JOUR
A1  - Berg, A.
A1  - 王小明
T1  - Hair regrowth in alopecia areata: a trial
Y1  - 2021//
VL  - 12
IS  - 3
SP  - 475
EP  - 82
DO  - 10.1000/made.up.1
N2  - BACKGROUND: Hair is lost.
RESULTS: Half of 40 patients (50%) had regrowth.
ERROR bars are in figure 2.
KW  - alopecia areata
U2  - L2001234567
ER  -

1.
TY  - CHAP
TI  - Steroids
T2  - Handbook of scalps
PY  - 2019
ER  - \x20

TY  - JOUR
TI  - A record that nothing ends
AU  - Ødegård, Bjørn
TY  - JOUR
PB  - No title
ER  - \x20
"""
MEDLINE = """
PMID- 90000001
OWN - NLM
STAT- MEDLINE
TI  - Baricitinib for hair loss that is severe: a randomised trial of
      two doses.
LID - 10.1000/made.up.2 [doi]
AB  - BACKGROUND: None. METHODS: 40 adults.
      RESULTS: 12 of 20 against 2 of 20.
FAU - Berg, Anna
AU  - Berg A
CN  - Trial Group
PT  - Journal Article
DP  - 2022 Mar 4
TA  - J Made Up
VI  - 4
IP  - 1-2
PG  - e12-9
MH  - Alopecia Areata/*drug therapy
SO  - J Made Up. 2022 Mar 4;4(1-2):e12-9.

PMID- 90000002
OWN - NLM
TI  - [Hair].
TT  - 斑秃
DP  - 1999 Winter

STAT- Publisher
TI  - A record without a number
AU  - Doe J
"""
PUBMED_XML = """<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2024//EN" "https://example.org/pubmed.dtd">
<PubmedArticleSet>
<PubmedArticle><MedlineCitation Status="MEDLINE" Owner="NLM"><PMID Version="1">90000003</PMID>
<Article PubModel="Print"><Journal><ISSN IssnType="Print">1234-5679</ISSN>
<JournalIssue CitedMedium="Print"><Volume>3</Volume><Issue>2</Issue><PubDate><Year>2020</Year><Month>Feb</Month>
</PubDate>
</JournalIssue><Title>Journal of made-up hair</Title><ISOAbbreviation>J Hair</ISOAbbreviation></Journal>
<ArticleTitle>Minoxidil &amp; <i>alopecia</i> 5 &lt; 6.</ArticleTitle>
<Pagination><MedlinePgn>12-9</MedlinePgn></Pagination>
<ELocationID EIdType="doi" ValidYN="Y">10.1000/made.up.3</ELocationID>
<Abstract><AbstractText Label="AIM">To try.</AbstractText><AbstractText Label="RESULTS">It grew.</AbstractText>
</Abstract>
<AuthorList CompleteYN="Y"><Author><LastName>Berg</LastName><ForeName>Anna</ForeName><Initials>A</Initials>
<Identifier Source="ORCID">0000-0002-1825-0097</Identifier></Author><Author><CollectiveName>Group</CollectiveName>
</Author>
</AuthorList><Language>eng</Language><PublicationTypeList><PublicationType UI="D1">Journal Article</PublicationType>
</PublicationTypeList><VernacularTitle>斑秃</VernacularTitle></Article>
<CommentsCorrectionsList><CommentsCorrections RefType="ErratumIn"><RefSource>J Hair. 2021;4:1</RefSource>
<PMID>90000009</PMID>
</CommentsCorrections></CommentsCorrectionsList><MeshHeadingList><MeshHeading>
<DescriptorName UI="D2">Hair</DescriptorName>
</MeshHeading></MeshHeadingList></MedlineCitation><PubmedData><ArticleIdList>
<ArticleId IdType="pubmed">90000003</ArticleId>
<ArticleId IdType="pmc">PMC9000003</ArticleId></ArticleIdList></PubmedData></PubmedArticle>
<PubmedBookArticle><BookDocument><PMID Version="1">90000004</PMID><Book><Publisher><PublisherName>P</PublisherName>
</Publisher>
<BookTitle book="b">Scalps</BookTitle><PubDate><Year>2011</Year></PubDate></Book><ArticleTitle>Chapter</ArticleTitle>
<Abstract><AbstractText>Text.</AbstractText></Abstract></BookDocument></PubmedBookArticle>
<PubmedArticle><MedlineCitation><PMID>90000005</PMID><Article><ArticleTitle></ArticleTitle></Article></MedlineCitation>
</PubmedArticle>
</PubmedArticleSet>
"""
CSV = """"Title","Authors","Year","Source title","Volume","Issue","Page start","Page end","DOI","Abstract","EID"
"Hair, ""lost"" and found","Berg A.; Doe J.","2020","J Hair","3","2","12","19","10.1000/made.up.4","Line one
line two, with a comma","2-s2.0-85000000001"
"斑秃的治疗","王伟; 李丽","2018","皮肤科","1","","5","","","摘要","2-s2.0-85000000002"
,,,,,,,,,,
"A row, too long","Doe J.","2017","J","1","2","3","4","","","2-s2.0-85000000003","more","still more"
"=1+1","Formula F.","2016","J","1","2","3","4","","","2-s2.0-85000000004"
"""
WOS = """FN Clarivate Analytics Web of Science
VR 1.0
PT J
AU Berg, A
   Doe, J
AF Berg, Anna
   Doe, John
TI Hair that is lost and
   found again
SO JOURNAL OF HAIR
LA English
DT Article
DE hair; scalp
AB A short abstract of one
   and a half lines.
SN 1234-5679
J9 J HAIR
PD MAR
PY 2015
VL 7
IS 1
BP 33
EP 40
AR 104
DI 10.1000/made.up.5
UT WOS:000300000000001
ER

PT B
AU Roe, R
BE Poe, P
TI Scalps
PY 2001
UT WOS:000300000000002
ER

EF
"""
NOTEEXPRESS = """{Reference Type}: Journal Article
{Title}: 斑秃的治疗进展
{Author}: 王伟;李丽;
{Author Address}: 某医院;
{Journal}: 皮肤科杂志
{Year}: 2018
{Volume}: 3
{Issue}: 02
{Pages}: 110-116+120
{Keywords}: 斑秃;;治疗
{Abstract}: <正>目的 观察疗效。
方法 40例。
{ISBN/ISSN}: 1234-5679
{Database Provider}: CNKI
{DOI}: 10.1000/made.up.6

{Reference Type}:Thesis
{Title}:Ca~(2+) and hair
{Author}:Zhang San
{Year}:2009
{Database Provider}:CNKI

{Reference Type}: Journal Article
{Journal}: 没有题名
"""
ENDNOTE_XML = """<?xml version="1.0" encoding="UTF-8"?>
<xml><records><record><database name="My.enl" path="My.enl">My.enl</database>
<source-app name="EndNote" version="20">EndNote
</source-app><rec-number>1</rec-number><foreign-keys><key app="EN" db-id="x">1</key></foreign-keys>
<ref-type name="Journal Article">17</ref-type><contributors><authors><author><style face="normal">Berg, Anna</style>
</author>
<author>Doe, J.</author></authors></contributors><titles><title><style face="normal">Hair </style>
<style face="italic">in
vitro</style></title><secondary-title>J Hair</secondary-title></titles><periodical><full-title>J Hair</full-title>
</periodical>
<pages>12-19</pages><volume>3</volume><number>2</number><keywords><keyword>hair</keyword></keywords><dates>
<year>2020</year>
</dates><isbn>1234-5679</isbn><abstract>It &amp; that.</abstract><electronic-resource-num>10.1000/made.up.7
</electronic-resource-num><urls><related-urls><url>https://example.org/1</url></related-urls></urls></record>
<record><rec-number>2</rec-number><ref-type name="Book">6</ref-type><contributors><secondary-authors>
<author>Poe, P.</author>
</secondary-authors></contributors><titles><title>斑秃</title></titles><dates><year>1999</year></dates></record>
<record><rec-number>3</rec-number></record></records></xml>
"""
BIBTEX = """% a list
@string{jh = "Journal of hair"}
@preamble{"\\newcommand{\\x}{y}"}
@article{berg2020,
  title = {Hair {in vitro}: $5 < 6$ and 10\\%},
  author = {Berg, Anna and {Trial Group} and \\"Ozt\\"urk, B.},
  journal = jh # { of scalps},
  year = 2020, volume = {3}, number = "2",
  pages = {12--19}, month = feb,
  doi = {10.1000/made.up.8},
  abstract = {One line,
    another, with @at and {nested {braces}}.}
}
@book(scalps, title = "Scalps", editor = "Poe, P.", year = "1999")
@article{berg2020, title = {Same key}, year = {2021}}
@comment{ nothing }
@misc{, title = {No key}}
@article{open, title = {Never closed, author = {Doe, J.}, year = {2001}
@article{after, title = {After it}, year = {2002}}
"""

SEEDS: dict[str, str] = {
    "ris": RIS,
    "medline": MEDLINE,
    "pubmed-xml": PUBMED_XML,
    "csv": CSV,
    "wos": WOS,
    "noteexpress": NOTEEXPRESS,
    "endnote-xml": ENDNOTE_XML,
    "bibtex": BIBTEX,
    **JSON_SEEDS,
}
"""Format -> a text with good records, odd ones, and at least one that is to be rejected or rescued."""

_XML_TOKENS = (
    "<",
    ">",
    "&",
    "&amp;",
    "&#0;",
    "&#x1F600;",
    "&#xD800;",
    "&nope;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<?x ?>",
    "/>",
    '="',
    "<i>",
    "</i>",
    "<sup>",
    '<!ENTITY a "b">',
    "<!DOCTYPE x [",
    "]>",
    "xmlns:m='urn:m'",
    "<m:math>",
    "\x01",
)
TOKENS: dict[str, tuple[str, ...]] = {
    "ris": (
        "TY  - JOUR",
        "TY  -",
        "TY - JOUR",
        "TY  - ",
        "ER  - ",
        "ER  -",
        "ER",
        "ER-",
        "  - ",
        "AB  - ",
        "N2  - ",
        "AU  - ",
        "UR  - http://x",
        "Link to the record\n",
        "<1337>\n",
        "Record #1 of 2\n",
        "Provider: X\n",
        "DO  - 10.1/",
        "zz  - x",
        "ID  - ",
        "U2  - L1",
        "Y1  - 2020///",
        "SP  - 1",
        "PMID- 1",
    ),
    "medline": (
        "PMID- ",
        "PMID-1",
        "OWN - ",
        "TI  - ",
        "AB  - ",
        "      ",
        "FAU - ",
        "LID - ",
        "DP  - ",
        "BTI - ",
        "TY  - JOUR",
        "- ",
        "SO  - ",
        "PG  - 1-",
        "AID - 10.1/x [doi]",
        "\n\n",
        "\nPMID- 7\n",
        "PMID",
        "MH  - ",
    ),
    "pubmed-xml": (
        *_XML_TOKENS,
        "<PubmedArticle>",
        "</PubmedArticle>",
        "<PubmedBookArticle>",
        "</PubmedBookArticle>",
        "<PMID>",
        "</PMID>",
        "<PubmedArticleSet>",
        "</PubmedArticleSet>",
        "<Article>",
        "</Article>",
        "<AbstractText>",
        "</Author>",
        "<Year>",
        "0000",
        "<PubmedArticle/>",
        '<?xml version="1.0" encoding="latin1"?>',
        "<DeleteCitation><PMID>1</PMID></DeleteCitation>",
    ),
    "csv": (
        '"',
        '""',
        ",",
        ";",
        "\t",
        "|",
        '","',
        '"\n"',
        "\n,",
        "=cmd|' /C calc'!A0",
        "Title",
        "DOI,",
        "\x00",
        "sep=,\n",
        "'",
        "\\",
        '",\n',
        "+1",
        "@x",
        "\n\n",
    ),
    "wos": (
        "PT J",
        "PT ",
        "ER",
        "EF",
        "FN ",
        "VR 1.0",
        "AU ",
        "   ",
        "TI ",
        "UT WOS:",
        "\nER\n",
        "\nPT J\n",
        "AB ",
        "DI 10.1/",
        "J9 ",
        "PT P",
        "TY  - JOUR",
        "C1 [A, B] X",
    ),
    "noteexpress": (
        "{Reference Type}: ",
        "{Reference Type}:",
        "{Title}: ",
        "{",
        "}",
        "}:",
        "{}: ",
        "{Author}: ",
        "；",
        "{Abstract}: ",
        "\n\n",
        "{Pages}: 1+",
        "{Year}: ",
        "：",
        "{Reference Type",
        "<正>",
        "{Unknown}: x",
    ),
    "endnote-xml": (
        *_XML_TOKENS,
        "<record>",
        "</record>",
        "<records>",
        "</records>",
        "<xml>",
        "</xml>",
        "<style>",
        "</style>",
        "<titles>",
        "</title>",
        "<author>",
        "<ref-type>",
        "<record/>",
        "<XML>",
        "<RECORDS>",
        "<year>",
    ),
    "bibtex": (
        "@",
        "{",
        "}",
        '"',
        ",",
        "=",
        "#",
        "@article{",
        "@article{x,",
        "@string{",
        "@comment{",
        "@preamble{",
        "\\",
        "\\'{e}",
        "$",
        "%",
        "(",
        ")",
        " and ",
        "{\\",
        "@{",
        "@article",
        "\\begin{",
        "--",
        "}}",
        "}\n@",
        "title = {",
        "month = jan",
        "@string{a = a # a}",
    ),
    **JSON_TOKENS,
}
"""Format -> marks and pieces that mean something in it, and some that must not."""
