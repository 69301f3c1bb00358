"""The JSON of Europe PMC, ClinicalTrials.gov, OpenAlex and Crossref is told apart and read in full."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from formats_account import account
from formats_json_seeds import JSON_SEEDS

from jakdb.errors import InputError
from jakdb.words import Author, Record, RelatedItem
from jaksearch.formats import read_bytes
from jaksearch.formats.markup import marked_abstract
from jaksearch.normalise import normalise, source_key
from jaksearch.refresh import Sight, is_retracted, preliminary, record_of

DATABASES = {
    "europepmc": "Europe PMC",
    "clinicaltrials": "ClinicalTrials.gov",
    "openalex": "OpenAlex",
    "crossref": "Crossref",
}
PATHS = {
    "europepmc": ("resultList", "result"),
    "clinicaltrials": ("studies",),
    "openalex": ("results",),
    "crossref": ("message", "items"),
}


def records(kind: str) -> list[Record]:
    reading = read_bytes(JSON_SEEDS[kind].encode())
    return [normalise(raw, format=reading.format) for raw in reading.accepted]


def items(kind: str) -> list[dict[str, Any]]:
    """Return the records of a reply as JSON itself reads them."""
    found: Any = json.loads(JSON_SEEDS[kind])
    for key in PATHS[kind]:
        found = found[key]
    return list(found)


@pytest.mark.parametrize("kind", JSON_SEEDS)
def test_a_reply_is_told_and_each_record_kept_as_it_was_written(kind: str) -> None:
    reading = read_bytes(JSON_SEEDS[kind].encode(), name="saved.json")
    assert (reading.format, reading.database) == (kind, DATABASES[kind])
    assert len(reading.rejects) == 1
    assert [json.loads(record.text) for record in reading.records] == items(kind)
    assert all(record.text in JSON_SEEDS[kind] for record in reading.records)
    assert account(reading, JSON_SEEDS[kind].encode()) == ""


@pytest.mark.parametrize("kind", JSON_SEEDS)
def test_a_record_is_read_alone_as_within_its_reply(kind: str) -> None:
    """A refresh compares the stored texts of records, one by one."""
    for raw, record in zip(read_bytes(JSON_SEEDS[kind].encode()).accepted, records(kind), strict=True):
        assert record_of(Sight(raw.text, kind, DATABASES[kind])) == record


@pytest.mark.parametrize("kind", JSON_SEEDS)
def test_lists_lines_and_pages_in_one_file_hold_the_same_records(kind: str) -> None:
    good = [item for item, raw in zip(items(kind), read_bytes(JSON_SEEDS[kind].encode()).records, strict=True)
            if raw in read_bytes(JSON_SEEDS[kind].encode()).accepted]  # fmt: skip
    reply = json.loads(JSON_SEEDS[kind])
    shapes = {
        "list": json.dumps(good),
        "list, indented": json.dumps(good, indent=2, ensure_ascii=False),
        "lines": "\n".join(map(json.dumps, good)),
        "one": json.dumps(good[0]),
        "one, indented": json.dumps(good[0], indent=1),
        "pages one after another": JSON_SEEDS[kind] + JSON_SEEDS[kind],
        "lines of pages": f"{json.dumps(reply)}\n{json.dumps(reply)}\n",
        "list of pages": json.dumps([reply, reply], indent=1),
    }
    expected = records(kind)
    for shape, text in shapes.items():
        reading = read_bytes(text.encode(), name="saved.json")
        assert reading.format == kind, shape
        found = [normalise(raw, format=kind) for raw in reading.accepted]
        wanted = expected[:1] if shape.startswith("one") else expected * 2 if "pages" in shape else expected
        assert found == wanted, shape
        assert len(reading.rejects) == (2 if "pages" in shape else 0), shape
        assert account(reading, text.encode()) == "", shape


@pytest.mark.parametrize("kind", JSON_SEEDS)
def test_a_broken_record_costs_itself_only(kind: str) -> None:
    whole = [json.dumps(item) for item in items(kind)[:2]]
    for text in (f"[{whole[0]},\n{whole[0][:-9]},\n{whole[1]}]", JSON_SEEDS[kind].replace(whole[0], whole[0][:-9])):
        reading = read_bytes(text.encode(), format=kind)
        assert len(reading.accepted) >= 2
        assert account(reading, text.encode()) == ""


@pytest.mark.parametrize("kind", JSON_SEEDS)
def test_a_file_that_breaks_off_keeps_what_is_whole(kind: str) -> None:
    text = JSON_SEEDS[kind]
    for share in (0.5, 0.7, 0.9, 0.97):
        reading = read_bytes(text[: int(share * len(text))].encode(), format=kind)
        assert reading.rejects
        assert reading.records[0].text in text


def test_a_record_of_europe_pmc() -> None:
    first, preprint, patent = records("europepmc")
    assert first == Record(
        title="Hair regrowth in vivo: a trial.",
        authors=(Author("Berg", "Anna Bea", orcid="0000-0002-1825-0097"), Author(literal="Trial Group")),
        year=2020,
        date="2020-02",
        journal="Journal of made-up hair",
        journal_abbreviation="J Hair",
        volume="3",
        issue="2",
        pages="12-19",
        doi="10.1000/made.up.11",
        pmid="90000011",
        pmcid="PMC900011",
        registry_ids=("NCT01234567",),
        accession="MED/90000011",
        abstract="Background: Hair is lost (p<0.05) in 2 > 1. NCT01234567. Results: CD8+ cells.",
        abstract_sections=(("Background", "Hair is lost (p<0.05) in 2 > 1. NCT01234567."), ("Results", "CD8+ cells.")),
        keywords=("hair loss", "JAK"),
        mesh=("Alopecia Areata/*drug therapy", "*Hair"),
        language="eng",
        publication_types=("Randomized Controlled Trial", "Journal Article", "Retracted Publication"),
        issn=("1234-5679", "2345-6780"),
        url="https://europepmc.org/article/MED/90000011",
        type="article-journal",
        database="Europe PMC",
        related=(
            RelatedItem("retraction_in", "J Hair. 2021;4(1):1.", "90000099"),
            RelatedItem("preprint_in", "PPR90001"),
        ),
    )
    assert is_retracted(first)
    assert (preprint.accession, preprint.type, preprint.year, preprint.date) == (
        "PPR/PPR90001", "article", 2019, "2019-12-01",
    )  # fmt: skip
    assert [str(author) for author in preprint.authors] == ["Berg, A", "Doe, J"]
    assert (patent.type, patent.title, patent.pmid) == ("patent", "HAIR TONIC", "")


def test_a_study_of_clinicaltrials_gov() -> None:
    first, second = records("clinicaltrials")
    assert (first.title, first.accession, first.type) == ("Ritlecitinib for hair loss", "NCT90000001", "dataset")
    assert [author.literal for author in first.authors] == ["Hair Inc", "University of Scalp"]
    assert (first.year, first.date, first.url) == (2021, "2021-01-05", "https://clinicaltrials.gov/study/NCT90000001")
    assert first.registry_ids == ("EUCTR2018-001714-14", "ISRCTN12345678", "NCT90000001")
    assert dict(first.abstract_sections) == {
        "Scientific title": "A Randomized Trial of Ritlecitinib",
        "Summary": "To see if hair grows.",
        "Condition": "Alopecia Areata",
        "Intervention": "Drug: Ritlecitinib; Drug: Placebo",
        "Primary outcome": "SALT 20 at week 24",
        "Secondary outcome": "PGI-C",
        "Study design": "Randomized; Parallel; Double",
        "Phase": "Phase 2; Phase 3",
        "Target size": "718",
        "Eligibility criteria": "Inclusion: * half of the hair lost",
        "Recruitment status": "Active not recruiting",
        "Results posted": "2024-02-03",
        "Countries": "Norway; China",
    }
    assert first.abstract.startswith("Scientific title: A Randomized Trial")
    assert first.keywords == ("Alopecia Areata", "JAK3")
    assert first.mesh == ("Alopecia Areata",)
    assert first.publication_types == ("Clinical trial registration", "Interventional")
    assert first.related == (RelatedItem("associated_publication", "Berg A. Hair. J Hair. 2023.", "90000011"),)
    assert preliminary(first) == "registration"
    assert (second.title, second.date, second.registry_ids) == ("斑秃 registry", "2019-05-06", ("NCT90000002",))


def test_posted_results_of_any_size_do_not_cost_the_study() -> None:
    study = items("clinicaltrials")[0]
    study["resultsSection"] = {"text": "x" * 5_000_000, "rows": [{"value": str(n)} for n in range(150_000)]}
    reading = read_bytes(json.dumps({"studies": [study]}).encode())
    assert [normalise(raw, format="clinicaltrials") for raw in reading.accepted] == records("clinicaltrials")[:1]
    assert json.loads(reading.accepted[0].text) == study


def test_the_same_study_from_a_table_and_from_json_is_one_record() -> None:
    table = b"NCT Number,Study Title,Conditions\nNCT90000001,Ritlecitinib for hair loss,Alopecia Areata\n"
    [raw] = read_bytes(table).accepted
    listed = normalise(raw, format="csv", database="ClinicalTrials.gov")
    assert source_key(listed) == source_key(records("clinicaltrials")[0]) == "clinicaltrials.gov||NCT90000001"


def test_a_work_of_openalex() -> None:
    first, chapter = records("openalex")
    assert first == Record(
        title="Hair regrowth in vivo",
        authors=(Author("van der Berg", "Anna", orcid="0000-0002-1825-0097"), Author("王", "小明")),
        year=2020,
        date="2020-01-30",
        journal="Journal of made-up hair",
        volume="3",
        issue="2",
        pages="12-19",
        doi="10.1000/made.up.11",
        pmid="90000011",
        pmcid="PMC900011",
        accession="W9000000011",
        abstract="Hair is lost; Hair grows.",
        keywords=("Hair loss",),
        mesh=("Alopecia Areata/*drug therapy", "*Hair"),
        language="en",
        publication_types=("article", "Retracted Publication"),
        issn=("1234-5679", "2345-6780"),
        url="https://example.org/hair",
        type="article-journal",
        database="OpenAlex",
    )
    assert is_retracted(first)
    assert (chapter.title, chapter.type, chapter.year) == ("Scalps", "chapter", 1999)
    assert chapter.url == "https://openalex.org/W9000000012"


def test_a_work_of_crossref() -> None:
    first, notice, preprint = records("crossref")
    assert first == Record(
        title="Hair regrowth in vivo: A trial & more",
        authors=(Author("Berg", "Anna", orcid="0000-0002-1825-0097"), Author(literal="Trial Group")),
        year=2020,
        date="2020-01-30",
        journal="Journal of made-up hair",
        journal_abbreviation="J Hair",
        volume="3",
        issue="2",
        pages="12-19",
        article_number="e12",
        doi="10.1000/made.up.11",
        registry_ids=("ISRCTN12345678", "NCT01234567"),
        accession="10.1000/made.up.11",
        abstract="Background: Hair is lost (p<0.05). NCT01234567. Results: CD8+",
        abstract_sections=(("Background", "Hair is lost (p<0.05). NCT01234567."), ("Results", "CD8+")),
        keywords=("Dermatology",),
        language="en",
        publication_types=("journal-article", "Retracted Publication"),
        issn=("1234-5679",),
        url="https://example.org/hair",
        type="article-journal",
        database="Crossref",
        related=(
            RelatedItem("retraction_in", "2021-5-6", "", "10.1000/made.up.99"),
            RelatedItem("has_preprint", "", "", "10.1101/2019.12.01.900001"),
        ),
    )
    assert is_retracted(first)
    assert notice.related == (RelatedItem("retraction_of", "", "", "10.1000/made.up.11"),)
    assert "Retraction of Publication" in notice.publication_types
    assert not is_retracted(notice)
    assert (preprint.type, preprint.date) == ("article", "2019-12-01")


@pytest.mark.parametrize(
    ("text", "plain", "sections"),
    [
        ("", "", ()),
        ("Hair  is\nlost", "Hair is lost", ()),
        ("p < 0.05 and > 1", "p < 0.05 and > 1", ()),
        ("p<0.05 and H<sub>2</sub>O", "p<0.05 and H2O", ()),
        ("<p>One.</p><p>Two.</p>", "One. Two.", ()),
        ("<jats:p>&lt;b&gt; stays</jats:p>", "<b> stays", ()),
        ("Before <h4>Aim:</h4> it", "Before Aim: it", (("", "Before"), ("Aim", "it"))),
        ("AIM: To see. METHODS: We &amp; they looked.", "AIM: To see. METHODS: We & they looked.",
         (("AIM", "To see."), ("METHODS", "We & they looked."))),
        ("<p>never closed <i>x", "never closed x", ()),
        ("a\x00b <i>c</i>", "ab c", ()),
        ("<div>" * 400 + "deep", "deep", ()),
    ],
)  # fmt: skip
def test_the_markup_of_abstracts(text: str, plain: str, sections: tuple[tuple[str, str], ...]) -> None:
    assert marked_abstract(text) == (plain, sections)


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        ('{"items": [{"title": "Hair", "DOI": "10.1000/x"}]}', "csl"),
        ('[{"id": "https://openalex.org/W1", "title": "Hair", "type": "book"}]', "csl"),
        ('[{"title": "Hair", "is-referenced-by-count": 3, "DOI": "10.1000/x", "type": "article-journal"}]', "csl"),
        ('{"title": "Hair", "authors": [], "abstract": "\\"protocolSection\\": {"}', "jsonl"),
    ],
)
def test_other_json_stays_what_it_was(text: str, format_: str) -> None:
    assert read_bytes(text.encode()).format == format_


@pytest.mark.parametrize(
    "text",
    ['{"hitCount": 0, "resultList": {"result": []}}', '{"totalCount": 0, "studies": []}',
     '{"status": "ok", "message-type": "work-list", "message": {"items": []}}'],
)  # fmt: skip
def test_a_reply_without_records_is_refused_with_its_reason(text: str) -> None:
    with pytest.raises(InputError, match="no record"):
        read_bytes(text.encode())


@pytest.mark.parametrize("kind", JSON_SEEDS)
@pytest.mark.parametrize(
    "text",
    [
        '[{"title": ' * 20_000, "[" * 200_000, '[{"a":"},{' * 20_000, '{"id": ' + "9" * 100_000 + "}",
        '{"resultList":{"result":[' * 5_000, '{"message":{"items":[' * 5_000, '{"studies":[]}' * 20_000,
        '{"results":[{"id":"' + "\\" * 100_000, "{" * 100_000, '{"message":{"DOI":"10.1/x"}}\n' * 5_000,
        '{"a":' * 3_000 + "1" + "}" * 3_000,
    ],
)  # fmt: skip
def test_hostile_json_is_read_in_time(kind: str, text: str) -> None:
    begin = time.process_time()
    try:
        numbers = [item.number for item in read_bytes(text.encode(), format=kind).records]
    except InputError:
        numbers = []
    assert numbers == list(range(1, len(numbers) + 1))
    assert time.process_time() - begin < 5
