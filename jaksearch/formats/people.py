"""Read names of authors in the shapes in which databases print them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from operator import mul

from jakdb.words import Author
from jaksearch.formats.values import is_registry_number
from jaksearch.surnames import COMPOUND_FAMILIES, HAN_FAMILIES, PINYIN_FAMILIES

__all__ = [
    "find_orcid",
    "named_orcids",
    "read_author",
    "read_authors",
    "split_authors",
    "with_orcids",
]

HAN_NAME = re.compile(r"[㐀-鿿]{2,4}")
HAN = re.compile(r"[㐀-鿿]")
HAN_PAIR = re.compile(r"([^\s,]{1,4}), ?([^\s,]{1,4})")
KANA = re.compile(r"[぀-ヿ]")
AFTER_COMMA = re.compile(r"([^\s,])[^\s,]{1,3}, ([^\s,])[^\s,]{0,3}")
HAN_GROUP = re.compile(
    r"协会|学会|委员会|中心|医院|大学|学院|编委|编辑|研究所|研究院|课题组|协作组|小组|专家组|分会|联盟|出版社|杂志|公司|政府|部门"
)
GROUP = re.compile(
    r"\b(?:groups?|study|trials?|consortium|collaborations?|collaborati(?:ve|on)|collaborators|investigators|committees?|"
    r"universit\w+|cent(?:er|re)s?|society|associations?|organi[sz]ations?|networks?|institut\w*|departments?|ministry|"
    r"teams?|agency|foundation|council|offices?|hospitals?|initiative|projects?|academy|college|school|federation|"
    r"program(?:me)?|registry|task force|working|panel|board|commission|bureau|survey|alliance|union|inc|ltd|gmbh|"
    r"corporation|company|pharma\w*|national|international|world|health|medicine|research)\b",
    re.IGNORECASE,
)
BOTH = re.compile(
    r"cent(?:er|re)|board|bureau|council|college|school|office|panel|alliance|union|company|world|health|medicine|team|"
    r"working|commission|project|academy|inc",
    re.IGNORECASE,
)
"""Words of groups that are family names too."""
GIVEN = re.compile(r"[^\W\d_]['’]?[^\W\d_]+(?:[-‐][^\W\d_]+)*|(?:[^\W\d_]\.?[-‐]?){1,4}")
"""One word of a given name, or initials."""
NO_GIVEN = re.compile(
    r"\b(?:editorial|advisory|steering|executive|scientific|medical|clinical|cancer|data|safety|monitoring|european|"
    r"american|british|chinese|japanese|canadian|australian|german|nordic|royal|public|primary|care|the|of|and|for)\b",
    re.IGNORECASE,
)
PLAIN_NAME = re.compile(r"[A-Za-z'-]+, [A-Z][A-Za-z'. -]*")
MAX_NAME = 250
"""Characters in the name of a person; what is longer is kept as it stands."""
INITIALS = r"(?![A-Z]{4})(?:[A-Z]\.?[-‐ ]?){1,5}"
SUFFIX = r"(?:Jr|Sr|II|III|IV|2nd|3rd)\.?"
FAMILY_INITIALS = re.compile(rf"(?P<family>\S.*?)[ ,]\s*(?P<given>{INITIALS}(?:\s*,?\s*{SUFFIX})?)")
_PARTICLES = "van von der den de del della di da dos das du la le ter ten af al bin ibn el zu zur"
PARTICLES = frozenset(_PARTICLES.split())
PINYIN = re.compile(r"[A-Za-zÜü]{2,}(?:[-'’][A-Za-z]+)*")
FIGURES = re.compile(r"\d{4}")
STUCK = re.compile(r"(?<=[^\W\d_])[\d*†‡§]+(?:,[\d*†‡§]+)*$")
AND = re.compile(r"\s+(?:and|&)\s+")
GLUED = re.compile(r"(?<=\.)(?=(?:[a-z]{2,4} ){0,3}(?:[a-zA-Z]['’])?[A-ZÀ-Þ][^\W\d_.]*[a-zß-ÿ])")
GLUED_NAME = re.compile(rf"[^\W\d_][^\d_,;.]*? {INITIALS}(?: ?{SUFFIX})?")
"""What an export that lost its separators leaves of a list: "Adeli K.Lewis G. F."."""
AND_OTHERS = re.compile(r"\s+(?:et al|and others)\.?$", re.IGNORECASE)
ENDS_OF_OTHERS = frozenset("lLsS.")
BETWEEN_HAN = re.compile(r"[、;；|\n]")
LATIN = re.compile(r"[A-Za-z]")
NOBODY = re.compile(
    r"(?:\[?no authors? (?:listed|given|available)\]?\.?|anon(?:ymous|\.)?|et al\.?|others|none|null|佚名|无)",
    re.IGNORECASE,
)


ORCID = re.compile(r"(?<![\dA-Za-z-])(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])(?![\dA-Za-z])")
ORCID_WEIGHTS = tuple(2**power for power in range(15, 0, -1))


def read_authors(values: Iterable[str], *, listed: bool = False, pinyin: bool = False) -> tuple[Author, ...]:
    """Read the authors of a record.

    Parameters
    ----------
    values : iterable of str
        Each holds one name, or several between semicolons, bars or "and".
    listed : bool
        Whether one value may hold several names between commas (the cell of a table).
    pinyin : bool
        Whether the names are Chinese ones in Latin letters, which databases of China print with the family first.
        Where a name itself tells the order (capitals; only one end of it is a family name) it goes by that; the others
        go as most of these do.

    Examples
    --------
    >>> [str(author) for author in read_authors(["Zhang San", "WANG Wei"], pinyin=True)]
    ['Zhang, San', 'WANG, Wei']
    >>> [str(author) for author in read_authors(["Lim SM, Cheng LJ, Lau Y."], listed=True)]
    ['Lim, SM', 'Cheng, LJ', 'Lau, Y.']
    """
    authors: dict[Author, None] = {}
    values = list(values)
    single = not listed and _are_pairs(values)
    names = [
        name
        for value in values
        for name in ([value] if single and HAN.search(value) else split_authors(value, listed=listed))
    ]
    if pinyin:
        names = _family_first(names)
    for name in names:
        if author := read_author(name):
            authors.setdefault(author)
    return tuple(authors)


@lru_cache(maxsize=4096)
def read_author(name: str) -> Author | None:
    """Read one name; None if nobody is named.

    Examples
    --------
    >>> read_author("Liu, Lucy Y.")
    Author(family='Liu', given='Lucy Y.', literal='', orcid='')
    >>> read_author("van der Maas MK")
    Author(family='van der Maas', given='MK', literal='', orcid='')
    >>> read_author("欧阳娜娜")
    Author(family='欧阳', given='娜娜', literal='', orcid='')
    >>> read_author("ALLEGRO Study Group")
    Author(family='', given='', literal='ALLEGRO Study Group', orcid='')
    """
    name = " ".join(name.split()).strip(" ;")
    if PLAIN_NAME.fullmatch(name) and len(name) <= MAX_NAME and not AND_OTHERS.search(name):  # most names
        return None if NOBODY.fullmatch(name) else _with_comma(name)
    if len(name) <= MAX_NAME and FIGURES.search(name) and is_registry_number(name):
        return None  # the Cochrane Library has the number of a registered trial for its author
    corporate = name.endswith(",")  # a comma at the end is how EndNote marks a group
    if name[-1:] in ENDS_OF_OTHERS:
        name = AND_OTHERS.sub("", name)
    if name[-1:].isdigit() or name[-1:] in "*†‡§":
        name = STUCK.sub("", name)
    name = name.strip(" ,;")
    if not name or NOBODY.fullmatch(name) or not (name[0].isalpha() or any(char.isalpha() for char in name)):
        return None
    if corporate or len(name) > MAX_NAME:
        return Author(literal=name)
    if not name.isascii() and HAN.search(name):
        return _han(name)
    if "," in name:
        return _with_comma(name)
    match = FAMILY_INITIALS.fullmatch(name)
    if GROUP.search(name) and " " in name and not (match and BOTH.fullmatch(match["family"])):
        return Author(literal=name)
    name = re.sub(r"\s+\d+$", "", name)  # the number of an affiliation
    if (match or (match := FAMILY_INITIALS.fullmatch(name))) and not _is_initials(match["family"]):
        return Author(match["family"].strip(), match["given"].strip())
    return _given_first(name)


def split_authors(value: str, *, listed: bool = False) -> list[str]:
    """Cut a list of names into names.

    Examples
    --------
    >>> split_authors("Zuna, R E and Wang, S S")
    ['Zuna, R E', 'Wang, S S']
    >>> split_authors("颜宏,石德成")
    ['颜宏', '石德成']
    >>> split_authors("颜宏 石德成 王伟"), split_authors("渡辺 真理")
    (['颜宏', '石德成', '王伟'], ['渡辺 真理'])
    >>> split_authors("Adeli K.Lewis G. F."), split_authors("J.Smith")
    (['Adeli K.', 'Lewis G. F.'], ['J.Smith'])
    """
    value = value.strip()
    if not value.isascii() and HAN.search(value) and not LATIN.search(value):
        return [name for part in BETWEEN_HAN.split(value) for name in _split_han(part.strip())]
    for mark in (";", "；", "|", "\n"):
        if mark in value:
            return [name for part in value.split(mark) if (name := part.strip())]
    parts = [value] if value.endswith(",") or ("and" not in value and "&" not in value) else AND.split(value)
    if len(parts) > 1 and ((parts[0].count(",") == 1 and not GROUP.search(parts[0])) or not GROUP.search(value)):
        if len(parts) == 2 and "," in parts[0] and listed:
            return [*split_authors(parts[0], listed=True), parts[1]]  # "A Smith, B Jones and C Brown"
        return parts
    if listed and "," in value:
        return _split_commas(value)
    if "." in value and len(glued := GLUED.split(value)) > 1:
        names = [name.strip() for name in glued]
        if all(len(name) <= MAX_NAME and GLUED_NAME.fullmatch(name) for name in names):
            return names
    return [value] if value else []


def _are_pairs(values: Sequence[str]) -> bool:
    """Say whether every value is one person, family and given name between one comma, and not two people."""
    if len(values) < 2 or any(value.count(",") != 1 for value in values):
        return False
    unclear = [
        value.strip()
        for value in values
        if HAN.search(value) and not KANA.search(value) and len(_split_han(value.strip())) > 1
    ]
    pairs = [match for value in unclear if (match := AFTER_COMMA.fullmatch(value))]
    two = sum(match[1] in HAN_FAMILIES and match[2] in HAN_FAMILIES for match in pairs)
    return len(pairs) == len(unclear) and (2 * two < len(unclear) or not unclear)


def _split_han(text: str) -> list[str]:
    """Cut Chinese names at commas, except the comma between family and given name and the one that marks a group.

    Three whole names between blanks are three people; two may be the family and the given name of one.
    """
    if len(blanks := text.split()) > 2 and all(map(HAN_NAME.fullmatch, blanks)):
        return blanks
    names = [name.strip() for name in re.split("[,，]", text)]
    if len(names) == 2 and (len(names[0]) == 1 or names[0] in COMPOUND_FAMILIES or not names[1]):
        return [text]
    return [name for name in names if name]


def _split_commas(value: str) -> list[str]:
    """Cut at commas where every part is a whole name; "Smith, John" stays one."""
    pieces = [piece.strip() for piece in value.split(",") if not NOBODY.fullmatch(piece.strip())]
    pieces = [piece for piece in pieces if piece.strip(" .…")]
    parts = [piece.strip(" .") for piece in pieces]
    if len(parts) < 2:
        return [value] if value.endswith(",") else pieces
    if all(len(part) <= MAX_NAME and FAMILY_INITIALS.fullmatch(part) for part in parts):
        return pieces
    if all(" " in part for part in parts) and not any(part[0].islower() for part in parts):
        return parts
    if len(parts) > 2 and len(parts) % 2 == 0 and all(_is_initials(part) for part in parts[1::2]):
        return [f"{family}, {given}" for family, given in zip(parts[::2], pieces[1::2], strict=True)]
    return [value]


def _is_initials(text: str) -> bool:
    """Say whether the text is initials only ("J.", "LY", "C.-C.")."""
    return re.fullmatch(INITIALS, text.strip()) is not None and len(text.replace(".", "")) <= 5


def _han(name: str) -> Author:
    """Read a name with Chinese characters: family name first, where that is clear."""
    if HAN_GROUP.search(name):
        return Author(literal=name)
    if match := HAN_PAIR.fullmatch(name):
        return Author(match[1], match[2])
    family, _, given = name.replace(",", " ").partition(" ")
    if given and HAN_NAME.fullmatch(family + given.strip()):
        return Author(family, given.strip())
    if not HAN_NAME.fullmatch(name):
        return Author(literal=name)
    if name[:2] in COMPOUND_FAMILIES and len(name) > 2:
        return Author(name[:2], name[2:])
    return Author(name[0], name[1:]) if len(name) < 4 else Author(literal=name)


def _with_comma(name: str) -> Author:
    """Read "Family, Given" and "Family, Jr., Given"; a group may hold commas too."""
    family, _, given = name.partition(",")
    family, given = family.strip(), given.strip()
    first, _, rest = given.partition(",")
    rest = rest.strip()
    if rest and re.fullmatch(SUFFIX, first := first.strip()):
        return Author(family, f"{rest}, {first}")
    named = _names_group(family)
    if named and _is_person(family, given):
        return Author(family, given)
    if named or ((rest or given.count(" ") > 1) and GROUP.search(name)):
        return Author(literal=name)
    return Author(family, given)


@lru_cache(maxsize=8192)
def _names_group(family: str) -> bool:
    """Say whether a family name holds a word that groups have."""
    return GROUP.search(family) is not None


def _is_person(family: str, given: str) -> bool:
    """Say whether a word of groups and what follows its comma are the name of a person ("Board, Ruth E.")."""
    words = given.split()
    return (
        BOTH.fullmatch(family) is not None
        and 0 < len(words) <= 3
        and all(word[0].isupper() and GIVEN.fullmatch(word) for word in words)
        and not GROUP.search(given)
        and not NO_GIVEN.search(given)
    )


def _given_first(name: str) -> Author:
    """Read "Given Family"; more than a person's name is a group."""
    words = name.split()
    if len(words) == 1:
        return Author(family=name)
    lower = [word for word in words if word[0].islower() and word.casefold() not in PARTICLES]
    if len(words) > 5 or lower or any(char.isdigit() for char in name):
        return Author(literal=name)
    cut = len(words) - 1
    if re.fullmatch(SUFFIX, words[-1]) and cut > 1:
        cut -= 1
    while cut > 1 and words[cut - 1].casefold() in PARTICLES:
        cut -= 1
    return Author(" ".join(words[cut:]), " ".join(words[:cut]))


def _family_first(names: Sequence[str]) -> list[str]:
    """Return names, a comma behind the family where Chinese ones begin with it."""
    orders = [_pinyin_order(name) for name in names]
    first = orders.count("first") >= orders.count("last")
    return [
        ", ".join(name.split(maxsplit=1)) if order == "first" or (order == "either" and first) else name
        for name, order in zip(names, orders, strict=True)
    ]


def _pinyin_order(name: str) -> str:
    """Say where a Chinese name has its family name: first, last, either; nothing if that is not the question."""
    words = name.split()
    if not 2 <= len(words) <= 4 or "," in name or not all(map(PINYIN.fullmatch, words)):
        return ""
    head, tail = words[0], words[-1]
    if not name.isupper() and FAMILY_INITIALS.fullmatch(name):
        return ""
    first, last = head.casefold() in PINYIN_FAMILIES, tail.casefold() in PINYIN_FAMILIES
    if head.isupper() != tail.isupper() and (first if head.isupper() else last):
        return "first" if head.isupper() else "last"
    if first and last:
        return "either"
    return "first" if first else "last" if last else ""


def find_orcid(text: str) -> str:
    """Return the first ORCID in a text whose check digit is right (ISO 7064, MOD 11-2); or nothing.

    Examples
    --------
    >>> find_orcid("https://orcid.org/0000-0002-1825-0097"), find_orcid("0000-0002-1825-0098")
    ('0000-0002-1825-0097', '')
    """
    for match in ORCID.finditer(text):
        digits = "".join(match.groups()).upper()
        total = sum(map(mul, map(int, digits[:-1]), ORCID_WEIGHTS))
        if "0123456789X"[(12 - total % 11) % 11] == digits[-1]:
            return "-".join((digits[:4], digits[4:8], digits[8:12], digits[12:]))
    return ""


def named_orcids(texts: Iterable[str]) -> list[tuple[str, str]]:
    """Return name and ORCID of each person in lists as Web of Science prints them.

    Examples
    --------
    >>> named_orcids(["Liu, Lucy/0000-0002-1825-0097; Ko, J/0000-0000-0000-0000"])
    [('Liu, Lucy', '0000-0002-1825-0097')]
    """
    found = []
    for text in texts:
        for part in text.replace("\n", " ").split(";"):
            name, slash, number = part.rpartition("/")
            if slash and name.strip() and (orcid := find_orcid(number)):
                found.append((name.strip(), orcid))
    return found


def with_orcids(authors: Sequence[Author], named: Iterable[tuple[str, str]]) -> list[Author]:
    """Give each named ORCID to the one author of that family name and initial; to nobody where two could be meant.

    Examples
    --------
    >>> with_orcids([Author("Liu", "LY"), Author("Ko", "J")], [("Liu, Lucy", "0000-0002-1825-0097")])[0].orcid
    '0000-0002-1825-0097'
    """
    found = list(authors)
    for name, orcid in named:
        meant = read_author(name)
        if meant is None or not orcid:
            continue
        same = [at for at, author in enumerate(found) if _one_person(author, meant)]
        if len(same) == 1 and not found[same[0]].orcid:
            found[same[0]] = replace(found[same[0]], orcid=orcid)
    return found


def _one_person(a: Author, b: Author) -> bool:
    """Say whether two names have one family name and no other first initial."""
    if not a.family or a.family.casefold() != b.family.casefold():
        return False
    return not a.given or not b.given or a.given[0].casefold() == b.given[0].casefold()
