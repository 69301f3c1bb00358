"""The words of the synthetic literature: every choice a synthetic article can make, in one table a slot."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

__all__ = ["JOURNALS", "MESH", "SLOTS", "STOPWORDS", "TYPE_IDS", "Journal", "mesh_below", "plain"]

STOPWORDS = frozenset(
    ("a", "an", "and", "as", "at", "by", "for", "from", "in", "is", "of", "on", "the", "to", "was", "with")
)

CONDITIONS = (
    "alopecia areata",
    "androgenetic alopecia",
    "atopic dermatitis",
    "plaque psoriasis",
    "vitiligo",
    "hidradenitis suppurativa",
    "lichen planopilaris",
    "chronic urticaria",
)
DRUGS = (
    "baricitinib",
    "ritlecitinib",
    "tofacitinib",
    "ruxolitinib",
    "upadacitinib",
    "deuruxolitinib",
    "dupilumab",
    "methotrexate",
    "cyclosporine",
    "minoxidil",
    "triamcinolone",
    "apremilast",
)
DESIGNS = (
    "a randomised controlled trial",
    "a retrospective cohort study",
    "a case series",
    "a systematic review and meta-analysis",
    "a prospective open-label study",
    "protocol of a crossover trial",
)
DESIGN_TYPES = (
    ("Randomized Controlled Trial", "Journal Article"),
    ("Journal Article",),
    ("Case Reports", "Journal Article"),
    ("Systematic Review", "Journal Article"),
    ("Clinical Trial", "Journal Article"),
    ("Clinical Trial Protocol", "Journal Article"),
)
POPULATIONS = ("adults", "adolescents", "children under twelve years", "older adults", "pregnant women", "veterans")
OPENINGS = (
    "often relapses and weighs heavily on quality of life.",
    "has few licensed treatments, and head-to-head evidence is scarce.",
    "is driven by interferon gamma and interleukin-15 signalling through JAK1 & JAK3.",
    "affects about 2 % of people at some time of their life.",
    "may resolve without treatment (in <50 % of patients), which makes uncontrolled studies hard to read.",
    "begins before the age of 40 years in most patients.",
)
METHODS = (
    "Participants were allocated 1:1 by a central computer to placebo or",
    "We reviewed the charts of consecutive patients who received",
    "Two reviewers searched four databases for reports of",
    "After a washout of eight weeks, everybody took",
    "Participants chose between watchful waiting and",
    "Sequentially numbered opaque envelopes assigned placebo or",
)
RESULTS = (
    "Scalp hair regrowth (SALT score ≤ 20) was more frequent with treatment.",
    "The severity score fell by half within 24 weeks, and acne was the commonest adverse event.",
    "No difference was seen at week 12 (P > 0.05).",
    "Relapse followed within three months of stopping in most responders.",
    "Herpes zoster occurred in two participants, and nobody withdrew.",
    "Itch and sleep improved in the first fortnight.",
)
CONCLUSIONS = (
    "Longer follow-up is needed.",
    "The treatment is an option where standard care has failed.",
    "Benefit did not outlast treatment.",
    "Larger trials with an active comparator should follow.",
)
SURNAMES = (
    "Okafor",
    "Lindqvist",
    "Morález",
    "Takahashi",
    "Nowak",
    "O'Dwyer",
    "van den Berg",
    "Haddad",
    "Iyer",
    "Castellano",
)
FORENAMES = ("Beatriz Ana", "Chidi", "Erik Johan", "Fatima", "Grace L", "Hiroshi", "Jan", "Katarzyna", "Leïla", "Tomás")
STUDY_NAMES = ("JUNIPER", "HALCYON", "MERIDIAN", "OSPREY", "TAMARISK", "VESPER", "WILLOWBANK", "ZEPHYR")
LANGUAGES = ("eng", "ger", "chi")
LANGUAGE_NAMES = ("english", "german", "chinese")


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal of the synthetic literature, which no real journal bears the numbers of."""

    title: str
    abbreviation: str
    issn: str
    nlm: str
    country: str


JOURNALS = (
    Journal("Annals of invented dermatology", "Ann Invent Dermatol", "0000-1001", "9990001", "England"),
    Journal("The synthetic journal of hair research", "Synth J Hair Res", "0000-1002", "9990002", "United States"),
    Journal("Acta exempla medica", "Acta Exempla Med", "0000-1003", "9990003", "Sweden"),
    Journal("Trials & errors", "Trials Errors", "0000-1004", "9990004", "Germany"),
    Journal("Skin in silico", "Skin In Silico", "0000-1005", "9990005", "Japan"),
)

SLOTS: dict[str, tuple[str, ...]] = {
    "condition": CONDITIONS,
    "drug": DRUGS,
    "design": DESIGNS,
    "population": POPULATIONS,
    "opening": OPENINGS,
    "method": METHODS,
    "result": RESULTS,
    "conclusion": CONCLUSIONS,
    "journal": tuple(f"{journal.title} | {journal.abbreviation} | {journal.issn}" for journal in JOURNALS),
    "language": tuple(f"{code} {name}" for code, name in zip(LANGUAGES, LANGUAGE_NAMES, strict=True)),
    "surname1": SURNAMES,
    "surname2": SURNAMES,
    "forename1": FORENAMES,
    "forename2": FORENAMES,
    "name": STUDY_NAMES,
}
"""What each slot of an article can hold: an article is a choice of one value a slot, so a search reads no texts."""

MESH: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "alopecia areata": ("D000506", "Alopecia Areata", ("alopecia", "hair diseases")),
    "androgenetic alopecia": ("D000505", "Alopecia", ("hair diseases",)),
    "atopic dermatitis": ("D003876", "Dermatitis, Atopic", ()),
    "plaque psoriasis": ("D011565", "Psoriasis", ()),
    "vitiligo": ("D014820", "Vitiligo", ()),
    "hidradenitis suppurativa": ("D017497", "Hidradenitis Suppurativa", ()),
    "lichen planopilaris": ("D008010", "Lichen Planus", ()),
    "chronic urticaria": ("D000080223", "Chronic Urticaria", ()),
    "methotrexate": ("D008727", "Methotrexate", ()),
    "cyclosporine": ("D016572", "Cyclosporine", ()),
    "minoxidil": ("D008914", "Minoxidil", ()),
    "triamcinolone": ("D014221", "Triamcinolone", ()),
}
"""The heading of a condition or drug: identifier, descriptor, the broader headings that find it by explosion."""

TYPE_IDS = {
    "Journal Article": "D016428",
    "Randomized Controlled Trial": "D016449",
    "Case Reports": "D002363",
    "Systematic Review": "D000078182",
    "Clinical Trial": "D016430",
    "Clinical Trial Protocol": "D000078325",
    "Preprint": "D000076942",
    "Multicenter Study": "D016448",
    "Retracted Publication": "D016441",
    "Retraction of Publication": "D016440",
    "Published Erratum": "D016425",
}


@lru_cache(maxsize=10_000)
def plain(text: str) -> str:
    """Lower the case and turn all but letters and digits into single blanks, with one at each end.

    Examples
    --------
    >>> plain("JAK1 & interleukin-15.")
    ' jak1 interleukin 15 '
    """
    return " " + " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split()) + " "


def mesh_below(heading: str, *, explode: bool = True) -> frozenset[str]:
    """Name the conditions and drugs that a heading finds.

    Examples
    --------
    >>> sorted(mesh_below("alopecia"))
    ['alopecia areata', 'androgenetic alopecia']
    >>> sorted(mesh_below("Alopecia", explode=False))
    ['androgenetic alopecia']
    """
    wanted = plain(heading)
    return frozenset(
        term
        for term, (_, name, broader) in MESH.items()
        if plain(name) == wanted or (explode and any(plain(above) == wanted for above in broader))
    )
