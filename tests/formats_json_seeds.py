"""Small replies of the services that write JSON, all invented, and the words that they are made of."""

from __future__ import annotations

__all__ = ["JSON_SEEDS", "JSON_TOKENS"]

EUROPEPMC = """{"version":"6.9","hitCount":4,"nextCursorMark":"AoIIQKs7","request":{"queryString":"hair","pageSize":25},
"resultList":{"result":[
{"id":"90000011","source":"MED","pmid":"90000011","pmcid":"PMC900011","doi":"10.1000/Made.Up.11",
 "title":"Hair regrowth <i>in vivo</i>: a trial.","authorString":"Berg AB, Trial Group.","authorList":{"author":[
  {"fullName":"Berg AB","firstName":"Anna Bea","lastName":"Berg","initials":"AB",
   "authorId":{"type":"ORCID","value":"0000-0002-1825-0097"}},
  {"collectiveName":"Trial Group"}]},
 "journalInfo":{"issue":"2","volume":"3","dateOfPublication":"2020 Feb","yearOfPublication":2020,
  "printPublicationDate":"2020-02-01","journal":{"title":"Journal of made-up hair","medlineAbbreviation":"J Hair",
  "isoabbreviation":"J. Hair","issn":"1234-5679","essn":"2345-6780"}},
 "pubYear":"2020","pageInfo":"12-9",
 "abstractText":"<h4>Background</h4>Hair is lost (p&lt;0.05) in 2 &gt; 1. NCT01234567.<h4>Results</h4>\
CD8<sup>+</sup> cells.",
 "language":"eng","pubTypeList":{"pubType":["Randomized Controlled Trial","Journal Article"]},
 "meshHeadingList":{"meshHeading":[{"majorTopic_YN":"N","descriptorName":"Alopecia Areata","meshQualifierList":
  {"meshQualifier":[{"abbreviation":"DT","qualifierName":"drug therapy","majorTopic_YN":"Y"}]}},
  {"majorTopic_YN":"Y","descriptorName":"Hair"}]},
 "keywordList":{"keyword":["hair loss","JAK"]},
 "commentCorrectionList":{"commentCorrection":[
  {"id":"90000099","source":"MED","reference":"J Hair. 2021;4(1):1.","type":"Retraction in"},
  {"id":"PPR90001","source":"PPR","type":"Preprint in"}]},
 "firstPublicationDate":"2020-01-30"},
{"id":"PPR90001","source":"PPR","doi":"10.1101/2019.12.01.900001","title":"斑秃 Hair regrowth",
 "authorString":"Berg A, Doe J.","pubYear":"2019","abstractText":"Background: none. Methods: none.",
 "bookOrReportDetails":{"publisher":"medRxiv","yearOfPublication":2019},"pubTypeList":{"pubType":["Preprint"]},
 "firstPublicationDate":"2019-12-01"},
{"id":"EP900001","source":"PAT","title":"HAIR TONIC","authorString":"BERG A.","pubYear":"2001"},
{"authorString":"Nobody N."}
]}}
"""
CLINICALTRIALS = """{"totalCount":3,"studies":[
{"protocolSection":{"identificationModule":{"nctId":"NCT90000001","orgStudyIdInfo":{"id":"2018-001714-14"},
  "secondaryIdInfos":[{"id":"ISRCTN12345678","type":"REGISTRY"}],"briefTitle":"Ritlecitinib for hair loss",
  "officialTitle":"A Randomized Trial of Ritlecitinib","acronym":"HAIR"},
 "statusModule":{"overallStatus":"ACTIVE_NOT_RECRUITING","startDateStruct":{"date":"2021-03","type":"ACTUAL"},
  "studyFirstSubmitDate":"2021-01-02","studyFirstPostDateStruct":{"date":"2021-01-05","type":"ACTUAL"},
  "resultsFirstPostDateStruct":{"date":"2024-02-03"}},
 "sponsorCollaboratorsModule":{"leadSponsor":{"name":"Hair Inc","class":"INDUSTRY"},
  "collaborators":[{"name":"University of Scalp"}]},
 "descriptionModule":{"briefSummary":"To see\\n\\nif hair grows."},
 "conditionsModule":{"conditions":["Alopecia Areata"],"keywords":["JAK3"]},
 "designModule":{"studyType":"INTERVENTIONAL","phases":["PHASE2","PHASE3"],"designInfo":{"allocation":"RANDOMIZED",
  "interventionModel":"PARALLEL","maskingInfo":{"masking":"DOUBLE"}},"enrollmentInfo":{"count":718}},
 "armsInterventionsModule":{"interventions":[{"type":"DRUG","name":"Ritlecitinib"},{"type":"DRUG","name":"Placebo"}]},
 "outcomesModule":{"primaryOutcomes":[{"measure":"SALT 20 at week 24"}],"secondaryOutcomes":[{"measure":"PGI-C"}]},
 "eligibilityModule":{"eligibilityCriteria":"Inclusion:\\n* half of the hair lost"},
 "contactsLocationsModule":{"locations":[{"country":"Norway"},{"country":"Norway"},{"country":"China"}]},
 "referencesModule":{"references":[{"pmid":"90000011","type":"DERIVED","citation":"Berg A. Hair. J Hair. 2023."},
  {"pmid":"90000012","type":"BACKGROUND","citation":"Old."}]}},
 "resultsSection":{"outcomeMeasuresModule":{"outcomeMeasures":[{"type":"PRIMARY","title":"SALT"}]}},
 "derivedSection":{"conditionBrowseModule":{"meshes":[{"id":"D000506","term":"Alopecia Areata"}]}},"hasResults":true},
{"protocolSection":{"identificationModule":{"nctId":"NCT90000002","briefTitle":"斑秃 registry"},
 "statusModule":{"studyFirstSubmitDate":"2019-05-06"},"designModule":{"studyType":"OBSERVATIONAL"}},"hasResults":false},
{"protocolSection":{"statusModule":{"overallStatus":"UNKNOWN"}},"hasResults":false}
],"nextPageToken":"NF0g5JGEl"}
"""
OPENALEX = """{"meta":{"count":3,"db_response_time_ms":12,"page":null,"per_page":25,"next_cursor":"IlsxNjA5"},
"results":[
{"id":"https://openalex.org/W9000000011","doi":"https://doi.org/10.1000/made.up.11","title":"Hair regrowth in vivo",
 "display_name":"Hair regrowth in vivo","publication_year":2020,"publication_date":"2020-01-30",
 "ids":{"openalex":"https://openalex.org/W9000000011","pmid":"https://pubmed.ncbi.nlm.nih.gov/90000011",
  "pmcid":"https://www.ncbi.nlm.nih.gov/pmc/articles/900011"},"language":"en",
 "primary_location":{"is_oa":true,"landing_page_url":"https://example.org/hair","source":{"id":"https://openalex.org/S1",
  "display_name":"Journal of made-up hair","issn_l":"1234-5679","issn":["1234-5679","2345-6780"],"type":"journal"}},
 "type":"article","authorships":[{"author_position":"first","author":{"id":"https://openalex.org/A1",
   "display_name":"Anna van der Berg","orcid":"https://orcid.org/0000-0002-1825-0097"},"raw_author_name":"Berg, A."},
  {"author":{"id":null,"display_name":null},"raw_author_name":"王小明"}],
 "biblio":{"volume":"3","issue":"2","first_page":"12","last_page":"19"},"is_retracted":true,
 "mesh":[{"is_major_topic":true,"descriptor_ui":"D000506","descriptor_name":"Alopecia Areata",
  "qualifier_name":"drug therapy"},{"is_major_topic":true,"descriptor_name":"Hair","qualifier_name":null}],
 "keywords":[{"id":"https://openalex.org/keywords/hair","display_name":"Hair loss","score":0.5}],
 "referenced_works":["https://openalex.org/W1"],
 "abstract_inverted_index":{"Hair":[0,3],"is":[1],"lost;":[2],"grows.":[4]},"updated_date":"2025-01-01"},
{"id":"https://openalex.org/W9000000012","title":null,"display_name":"Scalps","publication_year":1999,
 "type":"book-chapter","primary_location":null,"authorships":[],"abstract_inverted_index":null},
{"publication_year":2001,"authorships":[]}
],"group_by":[]}
"""
CROSSREF = """{"status":"ok","message-type":"work-list","message-version":"1.0.0","message":{"facets":{},
"total-results":4,"items":[
{"indexed":{"date-parts":[[2025,1,2]],"timestamp":1735776000000},"reference-count":1,"publisher":"Hair Press",
 "issue":"2","DOI":"10.1000/Made.Up.11","type":"journal-article","title":["Hair regrowth in vivo"],
 "subtitle":["A trial &amp; more"],
 "author":[{"ORCID":"https://orcid.org/0000-0002-1825-0097","given":"Anna","family":"Berg","sequence":"first",
  "affiliation":[]},{"name":"Trial Group","sequence":"additional"}],
 "container-title":["Journal of made-up hair"],"short-container-title":["J Hair"],"volume":"3","page":"12-9",
 "article-number":"e12","ISSN":["1234-5679"],"language":"en","subject":["Dermatology"],
 "issued":{"date-parts":[[2020,1,30]]},"published-print":{"date-parts":[[2020,2]]},
 "abstract":"<jats:title>Abstract</jats:title><jats:sec><jats:title>Background</jats:title><jats:p>Hair is lost \
(p&lt;0.05). NCT01234567.</jats:p></jats:sec><jats:sec><jats:title>Results</jats:title><jats:p>CD8\
<jats:sup>+</jats:sup></jats:p></jats:sec>",
 "updated-by":[{"DOI":"10.1000/made.up.99","type":"retraction","label":"Retraction","source":"publisher",
  "updated":{"date-parts":[[2021,5,6]]}}],
 "clinical-trial-number":[{"clinical-trial-number":"isrctn12345678","registry":"10.18810/isrctn"}],
 "relation":{"has-preprint":[{"id":"10.1101/2019.12.01.900001","id-type":"doi","asserted-by":"subject"}]},
 "reference":[{"key":"r1","DOI":"10.1000/old"}],"is-referenced-by-count":7,"URL":"https://doi.org/10.1000/made.up.11",
 "resource":{"primary":{"URL":"https://example.org/hair"}}},
{"DOI":"10.1000/made.up.99","type":"journal-article","title":["Retraction: Hair regrowth"],"publisher":"Hair Press",
 "update-to":[{"DOI":"10.1000/made.up.11","type":"retraction","label":"Retraction"}],
 "URL":"https://doi.org/10.1000/made.up.99"},
{"DOI":"10.1101/2019.12.01.900001","type":"posted-content","subtype":"preprint","title":["斑秃 Hair"],
 "publisher":"CSHL",
 "posted":{"date-parts":[[2019,12,1]]},"URL":"https://doi.org/10.1101/2019.12.01.900001"},
{"type":"other","publisher":"Nobody"}
],"items-per-page":20,"query":{"start-index":0,"search-terms":"hair"}}}
"""
JSON_SEEDS: dict[str, str] = {
    "europepmc": EUROPEPMC,
    "clinicaltrials": CLINICALTRIALS,
    "openalex": OPENALEX,
    "crossref": CROSSREF,
}
"""Format -> a reply with good records, odd ones, and one that is to be rejected."""
_MARKS = (
    "{",
    "}",
    "[",
    "]",
    '"',
    ":",
    ",",
    "\\",
    "null",
    '""',
    "{}",
    "[]",
    "}, {",
    "]}",
    '\\"',
    "\\ud83d",
    "\\u0000",
    "1e999",
)
JSON_TOKENS: dict[str, tuple[str, ...]] = {
    "europepmc": (
        *_MARKS,
        '"resultList":{"result":[',
        '"id":"1","source":"MED"',
        '"title":"Hair"',
        '"hitCount":1',
        "<h4>",
    ),
    "clinicaltrials": (*_MARKS, '"studies":[', '{"protocolSection":{', '"nctId":"NCT90000009"', '"nextPageToken":"x"'),
    "openalex": (
        *_MARKS,
        '"results":[',
        '"id":"https://openalex.org/W7"',
        '"abstract_inverted_index":{"a":[0]}',
        '"meta":{',
    ),
    "crossref": (*_MARKS, '"message":{"items":[', '"DOI":"10.1000/x"', '"title":["Hair"]', "<jats:p>", "</jats:sec>"),
}
"""Format -> marks and pieces that mean something in it, and some that must not."""
