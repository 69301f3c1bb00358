import io

from Bio import Medline

from jakdb.words import RawRecord, Reject
from jaksearch.formats import read_medline

FILE = """
PMID- 90000001
OWN - NLM
STAT- MEDLINE
IS  - 1111-2222 (Electronic)
VI  - 12
IP  - 3
DP  - 2019 Mar
TI  - A made-up trial of a made-up drug for hair that was
      lost.
PG  - 475-82
LID - 10.1000/made.up.1 [doi]
LID - S1111-2222(19)00037-2 [pii]
AB  - BACKGROUND: Hair is lost. METHODS: We looked for it in
      every room. RESULTS: It was under the sofa.
FAU - Example, Ada B
AU  - Example AB
AD  - Department of Hair, Somewhere.
FAU - Sample, Carl
AU  - Sample C
CN  - The Sofa Study Group
LA  - eng
PT  - Journal Article
PT  - Randomized Controlled Trial
SI  - ClinicalTrials.gov/NCT01234567
TA  - J Made Up
JT  - Journal of made-up results
MH  - *Alopecia/drug therapy
MH  - Humans
OT  - hair
PMC - PMC7654321

PMID- 90000002
OWN - NLM
TI  - [A second one].
TT  - Ein zweiter.
AU  - Example AB
DP  - 2020
"""


def taken(text: str) -> list[RawRecord]:
    records = list(read_medline(text))
    assert all(isinstance(record, RawRecord) for record in records), records
    return [record for record in records if isinstance(record, RawRecord)]


def test_biopython_reads_the_same_values() -> None:
    for ours, theirs in zip(taken(FILE), Medline.parse(io.StringIO(FILE)), strict=True):
        tags = {tag for tag, _ in ours.fields}
        assert tags == set(theirs)
        for tag in tags:
            values = [value for name, value in ours.fields if name == tag]
            # Biopython gives lists for some tags, and joins the repetitions of others with blanks.
            assert theirs[tag] in (values, " ".join(values))


def test_lines_and_source_text_are_kept() -> None:
    one, two = taken(FILE)
    assert (one.number, one.line) == (1, 2)
    assert two.line == FILE.split("\n").index("PMID- 90000002") + 1
    assert one.text.split("\n")[0] == "PMID- 90000001"
    assert one.text.endswith("PMC - PMC7654321")


def test_a_pmid_begins_a_record_without_a_blank_line() -> None:
    records = taken("PMID- 1\nTI  - One\nPMID- 2\nTI  - Two\n")
    assert [record.fields[0] for record in records] == [("PMID", "1"), ("PMID", "2")]


def test_erics_records_without_pmid_stand_apart() -> None:
    records = taken(
        "\nOWN - ERIC\nTI  - One\nOID - ED1\n\nOWN - ERIC\nTI  - Two\nOID - ED2\n\nOWN - ERIC\nTI  - Three\n"
    )
    assert [dict(record.fields)["TI"] for record in records] == ["One", "Two", "Three"]


def test_a_blank_line_inside_a_record_does_not_cut_it() -> None:
    [record] = taken("PMID- 1\nTI  - One\n\nAB  - Text\n")
    assert record.fields[-1] == ("AB", "Text")
    assert record.warnings == ("line 4: blank line inside a record",)


def test_header_tags_may_stand_before_the_pmid() -> None:
    [record] = taken("OWN - NLM\nSTAT- MEDLINE\nPMID- 1\nTI  - One\n")
    assert len(record.fields) == 4


def test_lines_without_tag_are_joined_and_said() -> None:
    [record] = taken("PMID- 1\nTI  - One\nand more\nXYZ - kept\n")
    assert record.fields == (("PMID", "1"), ("TI", "One and more"), ("XYZ", "kept"))
    assert record.warnings == ("line 3: no tag, joined to TI", "line 4: unknown tag XYZ, kept")


def test_values_without_blank_after_the_hyphen_are_read() -> None:
    [record] = taken("PMID-123\nTI  -One\nPT  - Book\n")
    assert record.fields == (("PMID", "123"), ("TI", "One"), ("PT", "Book"))


def test_text_before_the_first_record_is_said() -> None:
    [record] = taken("Search: hair\n\nPMID- 1\nTI  - One\n")
    assert record.line == 3
    assert record.warnings == ("line 1: text before the first record left out",)


def test_a_record_with_nothing_to_know_it_by_is_rejected() -> None:
    one, reject = read_medline("PMID- 1\nTI  - One\n\nOWN - NLM\nPL  - England\n")
    assert isinstance(one, RawRecord)
    assert isinstance(reject, Reject)
    assert (reject.number, reject.line) == (2, 4)


def test_a_record_known_by_its_pmc_number_only_begins_behind_a_blank_line() -> None:
    one, two = read_medline(
        "PMID- 7\nTI  - Hair.\nFAU - Liu, L\nPMC - PMC1\n\nPMCR- 555\nBTI - Book of hair.\nFAU - Ng, K\n"
    )
    assert isinstance(one, RawRecord)
    assert isinstance(two, RawRecord)
    assert (two.line, dict(two.fields)["BTI"]) == (6, "Book of hair.")
    double = "PMID- 7\n\nTI  - Hair.\n\nFAU - Liu, L\n\nPMC - PMC1\n\nMH  - Hair\n"
    assert len(list(read_medline(double))) == 1
