"""Invented records with known duplicates, as many as are asked for: what the speed and memory of dedupe are measured on.

    python benchmarks/dedupe_synthetic.py 17000 > records.csv

Titles, names and journals are drawn from a vocabulary that is made here; about a third of the papers have one to three
more printings, changed as databases change them (abbreviated journals, initials, shortened pages, lost fields, typing
errors, capitals). A few in a hundred have a neighbour that is another paper: an abstract of it, another part, another
drug. The same seed gives the same records.
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

HEADS = ("ID", "title", "author", "year", "journal", "volume", "number", "pages", "doi", "abstract", "isbn", "url")
ONSETS = [
    "b",
    "c",
    "d",
    "f",
    "g",
    "h",
    "k",
    "l",
    "m",
    "n",
    "p",
    "r",
    "s",
    "t",
    "v",
    "z",
    "br",
    "cl",
    "cr",
    "dr",
    "fl",
    "gr",
    "pl",
    "pr",
    "sc",
    "st",
    "tr",
    "sp",
    "th",
    "ph",
]
VOWELS = ["a", "e", "i", "o", "u", "ae", "io", "ea", "ou", "y"]
ENDS = ["n", "r", "l", "m", "s", "t", "x", "ns", "rm", "nt", "st", "ct", "ph", "d", "k", "g"]
TAILS = [
    "itis",
    "oma",
    "osis",
    "emia",
    "pathy",
    "ectomy",
    "ation",
    "ment",
    "ity",
    "ine",
    "ol",
    "one",
    "ase",
    "in",
    "ide",
    "ate",
    "ic",
    "al",
    "ous",
    "ing",
    "ed",
]
LINKS = ["of", "in", "with", "for", "after", "and", "versus", "during", "before", "without", "on", "from", "by", "to"]
DESIGNS = (
    "a randomised controlled trial",
    "a cohort study",
    "a systematic review and meta-analysis",
    "a case report",
    "a cross-sectional study",
    "a pilot study",
    "",
    "",
    "",
)


@dataclass(frozen=True, slots=True)
class Printing:
    """One row and the paper that it prints."""

    paper: int
    title: str
    authors: tuple[tuple[str, str], ...]
    year: int
    journal: str
    short: str
    volume: str
    issue: str
    first: int
    last: int
    doi: str
    abstract: str


class Maker:
    """Makes papers and their printings from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.nouns = [self.word() + self.random.choice(TAILS) for _ in range(6000)]
        self.families = [self.word().capitalize() for _ in range(8000)]
        self.givens = [self.word().capitalize() for _ in range(1500)]
        self.journals = [
            tuple(self.word().capitalize() + self.random.choice(TAILS) for _ in range(self.random.choice((2, 3, 3, 4))))
            for _ in range(900)
        ]

    def word(self) -> str:
        """Return a word of two or three syllables."""
        r = self.random
        parts = (r.choice(ONSETS) + r.choice(VOWELS) + r.choice(ENDS) for _ in range(r.choice((1, 2, 2))))
        return "".join(parts)

    def paper(self, number: int) -> Printing:
        """Return a paper as its publisher prints it."""
        r = self.random
        words: list[str] = []
        for i in range(r.randint(6, 13)):
            if i % 3 == 2:
                words.append(r.choice(LINKS))
            words.append(r.choice(self.nouns))
        design = r.choice(DESIGNS)
        title = " ".join(words).capitalize() + (f": {design}" if design else "")
        people = tuple((r.choice(self.families), r.choice(self.givens)) for _ in range(r.randint(1, 9)))
        journal = r.choice(self.journals)
        first = r.randint(1, 2400)
        sentences = (" ".join(r.choice(self.nouns) for _ in range(14)).capitalize() for _ in range(r.randint(5, 11)))
        return Printing(
            paper=number,
            title=title,
            authors=people,
            year=r.randint(1985, 2025),
            journal=f"Journal of {' '.join(journal)}",
            short="J " + " ".join(word[:4] for word in journal),
            volume=str(r.randint(1, 140)),
            issue=str(r.randint(1, 12)),
            first=first,
            last=first + r.randint(2, 14),
            doi=f"10.{r.randint(1000, 9999)}/{r.getrandbits(40):x}" if r.random() < 0.7 else "",
            abstract=". ".join(sentences) + "." if r.random() < 0.85 else "",
        )

    def again(self, one: Printing) -> Printing:
        """Return another database's printing of a paper."""
        r = self.random
        title = one.title
        if r.random() < 0.3:
            title = title.upper() if r.random() < 0.3 else title.title()
        if r.random() < 0.15:
            at = r.randrange(5, len(title) - 5)
            title = title[:at] + title[at + 1 :]
        return replace(
            one,
            title=title,
            journal=one.short if r.random() < 0.6 else one.journal,
            doi="" if r.random() < 0.4 else one.doi,
            abstract="" if r.random() < 0.3 else one.abstract,
            issue="" if r.random() < 0.2 else one.issue,
            year=one.year + (r.random() < 0.05),
        )

    def neighbour(self, one: Printing, number: int) -> Printing:
        """Return another paper that looks like one: an abstract of a meeting, another part, another subject."""
        r, kind = self.random, self.random.randrange(3)
        other = replace(
            one, paper=number, doi="", volume=str(int(one.volume) + 1), first=one.first + 90, last=one.last + 90
        )
        if kind == 0:
            return replace(other, journal=f"Annals of {r.choice(self.nouns)}", issue="Suppl 1", last=one.first + 90)
        if kind == 1:
            return replace(other, title=f"{one.title}. Part II", abstract="")
        words = one.title.split()
        words[0] = r.choice(self.nouns).capitalize()
        return replace(other, title=" ".join(words), abstract="")


def printings(count: int, *, seed: int = 1) -> Iterator[Printing]:
    """Yield so many printings, those of one paper far apart."""
    maker = Maker(seed)
    made: list[Printing] = []
    number = 0
    while len(made) < count:
        number += 1
        one = maker.paper(number)
        made.append(one)
        if maker.random.random() < 0.33:
            made.extend(maker.again(one) for _ in range(maker.random.choice((1, 1, 1, 2, 3))))
        if maker.random.random() < 0.04:
            number += 1
            made.append(maker.neighbour(one, number))
    made = made[:count]
    maker.random.shuffle(made)
    yield from made


def as_row(number: int, one: Printing) -> dict[str, str]:
    """Return a printing in the columns of the labelled sets."""
    full = number % 2
    people = " and ".join(f"{f}, {g if full else g[0] + '.'}" for f, g in one.authors)
    last = str(one.last)
    if not full and len(last) == len(str(one.first)) > 1:
        last = last[-2:]
    values = (
        f"id_{number:07d}",
        one.title,
        people,
        str(one.year),
        one.journal,
        one.volume,
        one.issue,
        f"{one.first}-{last}",
        one.doi,
        one.abstract,
        "",
        "",
    )
    return dict(zip(HEADS, values, strict=True))


def main() -> None:
    count = int(sys.argv[1])
    writer = csv.DictWriter(sys.stdout, HEADS)
    writer.writeheader()
    for number, one in enumerate(printings(count), start=1):
        writer.writerow(as_row(number, one))


if __name__ == "__main__":
    main()
