"""Read PubMed's search syntax into a tree, and write it.

PubMed works from left to right: ``a OR b AND c`` is ``(a OR b) AND c``, whatever the operators. Terms side by side are
joined with AND. Sources: PubMed User Guide (NLM); NLM Technical Bulletin 2022 Nov-Dec (449):e4 on proximity, 2024
May-Jun (458):e5 on wildcards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from jaksearch.translate.fields import DATE_FIELDS, FIELDS, NEAR_FIELDS, NOEXP_FIELDS, TAGS, qualifier
from jaksearch.translate.refusal import StrategyError
from jaksearch.translate.tree import And, Heading, Leaf, LineRef, Near, Node, Not, Or, Range, Row, Term

__all__ = ["Parsed", "Remark", "parse", "write"]

DEEPEST = 100
"""Parentheses inside each other, and operators that each take the whole left side, at most."""
WORDS = ("AND", "OR", "NOT")
_TOKEN = re.compile(
    r'(?P<open>\()|(?P<close>\))|(?P<reference>#\w+)|(?P<colon>:)|"(?P<quoted>[^"]*)"|\[(?P<tag>[^\[\]]*)\]'
    r'|(?P<word>[^\s()\[\]":#]+)|(?P<blank>\s+)'
)
_DISTANCE = re.compile(r"(.*?)\s*:\s*~\s*(\d{1,4})")
_EXPLOSION = re.compile(r"(.*?)\s*:\s*(noexp|exp)")
_DATE = re.compile(r"\d{4}(?:[/-]\d{1,2}(?:[/-]\d{1,2})?)?")
_CURLY = str.maketrans("“”„‟″", '"""""')


@dataclass(frozen=True, slots=True)
class Remark:
    """Something in a strategy that a person should know before it is translated.

    Attributes
    ----------
    kind : str
        ``order`` (operators mixed without parentheses), ``small`` (and, or, not in small letters), ``and not``,
        ``quotes`` (typographic quotation marks).
    words : str
        The piece of the strategy.
    """

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """The tree of a strategy and what was remarkable in its text."""

    tree: Node
    remarks: tuple[Remark, ...] = ()


def parse(text: str, *, place: str = "query") -> Parsed:
    """Read a strategy as PubMed would.

    Parameters
    ----------
    place : str
        What an error calls the text.

    Raises
    ------
    StrategyError
        If PubMed would have to guess: brackets or quotation marks that do not close, operators without a side, a tag
        that does not exist.

    Examples
    --------
    >>> parse("hair[ti] OR scalp[ti] AND loss[ti]").tree == parse("(hair[ti] OR scalp[ti]) AND loss[ti]").tree
    True
    >>> parse('"Alopecia/drug therapy"[Mesh:noexp]').tree
    Heading(text='Alopecia', explode=False, major=False, subheading='drug therapy', to_map=False)
    """
    return _Reader(text, place).read()


def write(node: Node) -> str:
    """Return a tree of PubMed as text; every group is in parentheses, so that no order has to be known.

    Examples
    --------
    >>> write(parse("hair [ti] OR loss[Title] AND 2019:2024[dp]").tree)
    '(hair[ti] OR loss[ti]) AND 2019:2024[dp]'
    """
    if isinstance(node, And | Or):
        return f" {'AND' if isinstance(node, And) else 'OR'} ".join(map(_inside, node.parts))
    if isinstance(node, Not):
        return f"{_inside(node.keep)} NOT {_inside(node.drop)}"
    return _leaf(node)


def _inside(node: Node) -> str:
    """Write a part of a larger search."""
    return f"({write(node)})" if isinstance(node, And | Or | Not) else write(node)


def _leaf(node: Node) -> str:
    """Write a leaf."""
    match node:
        case LineRef(label):
            return f"#{label}"
        case Heading(text, explode, major, subheading, _):
            below = f"/{subheading}" if subheading else ""
            return f'"{text}{below}"[{"majr" if major else "mh"}{"" if explode else ":noexp"}]'
        case Near(words, between, field):
            return f'"{" ".join(words)}"[{field}:~{between}]'
        case Range(low, high, field):
            return f"{low}[{field}]" if low == high else f"{low}:{high}[{field}]"
        case Term(text, field, quoted):
            tag = f"[{field}]" if field else ""
            return f'"{text}"{tag}' if quoted else f"{text}{tag}"
    raise TypeError(f"{type(node).__name__} is no part of a PubMed search")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class _Deep:
    """A tree with its height."""

    node: Node
    height: int


class _Reader:
    """Reads one text from left to right; it holds the place in the text."""

    def __init__(self, text: str, place: str) -> None:
        straight = text.translate(_CURLY)
        self.text = " ".join(straight.split())
        self.place = place
        self.remarks = [Remark("quotes", " ".join(text.split()))] if straight != text else []
        self.tokens = self.scan()
        self.at = 0

    def read(self) -> Parsed:
        if not self.tokens:
            raise self.refusal("there is nothing to search for", 0, "write at least one term")
        found = self.group(0)
        if self.kind() == "close":
            raise self.refusal("this parenthesis closes nothing", self.here(), "take it away, or open it before")
        return Parsed(found.node, tuple(dict.fromkeys(self.remarks)))

    def refusal(self, what: str, at: int, hint: str) -> StrategyError:
        return StrategyError(what, place=self.place, text=self.text, at=at, hint=hint)

    def scan(self) -> list[_Token]:
        """Cut the text into tokens."""
        reasons = {
            '"': ("this quotation mark is not closed", "close it, or take it away"),
            "[": ("this bracket is not closed", "close the tag, as in [tiab]"),
            "]": ("this bracket closes nothing", "take it away, or open the tag before"),
            "#": ("# begins the number or name of a line", "write it as #1 or #drugs, or put it into quotation marks"),
        }
        found: list[_Token] = []
        at = 0
        while at < len(self.text):
            token = _TOKEN.match(self.text, at)
            if token is None:
                what, hint = reasons[self.text[at]]
                raise self.refusal(what, at, hint)
            kind = str(token.lastgroup)
            if kind != "blank":
                found.append(_Token(kind, token[kind].strip(), at))
            at = token.end()
        return found

    def kind(self) -> str:
        if self.at == len(self.tokens):
            return "end"
        token = self.tokens[self.at]
        return "operator" if token.kind == "word" and token.text in WORDS else token.kind

    def here(self) -> int:
        return self.tokens[self.at].at if self.at < len(self.tokens) else len(self.text)

    def next(self) -> _Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def group(self, level: int) -> _Deep:
        """Read terms and operators up to a closing parenthesis, from left to right."""
        begin = self.here()
        row: Row | None = None
        height = 0
        waiting: _Token | None = None
        operators: set[str] = set()
        while (kind := self.kind()) not in ("end", "close"):
            if kind == "operator":
                waiting = self.operator(waiting, is_first=row is None)
                continue
            start = self.here()
            right = self.factor(level)
            if row is None:
                row, height = Row(right.node), right.height
                continue
            sign = waiting.text if waiting else "AND"
            longer = sign == row.sign and sign != "NOT"
            height = max(height, right.height + 1) if longer else max(height, right.height) + 1
            if height > DEEPEST:
                raise self.refusal(
                    f"more than {DEEPEST} operators depend on each other here", start, "cut it into lines"
                )
            row.add(sign, right.node)
            operators.add(sign)
            waiting = None
        if waiting is not None:
            raise self.refusal(f"{waiting.text} has nothing on its right", waiting.at, "end with a term")
        if row is None:
            raise self.refusal("there is nothing between these parentheses", begin, "write a term, or take them away")
        if len(operators) > 1:
            self.remarks.append(Remark("order", self.text[begin : self.here()].strip()))
        return _Deep(row.node(), height)

    def operator(self, waiting: _Token | None, *, is_first: bool) -> _Token:
        """Read an operator; another one may be waiting for its right side."""
        token = self.next()
        if is_first:
            raise self.refusal(f"{token.text} has nothing on its left", token.at, "begin with a term")
        if waiting is not None:
            if (waiting.text, token.text) != ("AND", "NOT"):
                raise self.refusal(f"{token.text} follows {waiting.text}", token.at, "keep one of the two")
            self.remarks.append(Remark("and not", self.text[waiting.at : token.at + 3]))
        return token

    def factor(self, level: int) -> _Deep:
        """Read a group in parentheses, a line or a term."""
        token = self.tokens[self.at]
        match token.kind:
            case "open":
                if level >= DEEPEST:
                    raise self.refusal(f"more than {DEEPEST} parentheses are open here", token.at, "cut it into lines")
                self.at += 1
                inner = self.group(level + 1)
                if self.kind() == "end":
                    raise self.refusal("this parenthesis is not closed", token.at, "close it, or take it away")
                self.at += 1
                self.no_tag("a group in parentheses")
                return inner
            case "reference":
                self.at += 1
                self.no_tag("a line")
                return _Deep(LineRef(token.text[1:]), 0)
            case "word" | "quoted":
                return _Deep(self.term(), 0)
            case "tag":
                raise self.refusal("this tag has no term before it", token.at, "write the term before its tag")
            case _:
                raise self.refusal(
                    "a colon stands between the ends of a range, as in 2019:2024[dp]",
                    token.at,
                    "put a term that has a colon into quotation marks",
                )

    def no_tag(self, what: str) -> None:
        if self.kind() == "tag":
            raise self.refusal(f"a tag belongs to a term, not to {what}", self.here(), "write the tag after each term")

    def term(self) -> Leaf:
        """Read words or a quoted phrase, its tag, and the other end of a range."""
        first = self.tokens[self.at]
        text = self.words(first)
        tag = self.next() if self.kind() == "tag" else None
        if self.kind() != "colon":
            return self.tagged(text, first, tag)
        colon = self.next()
        if self.kind() not in ("word", "quoted"):
            raise self.refusal(
                "this range has no end", colon.at, "write both ends, as in 2019:2024[dp]; 3000 is the future"
            )
        high = self.words(self.tokens[self.at])
        end = self.next() if self.kind() == "tag" else tag
        if end is None:
            raise self.refusal("this range has no tag", colon.at, "write its tag at the end, as in 2019:2024[dp]")
        field = self.field(end)
        if tag is not None and self.field(tag) != field:
            raise self.refusal("the two ends of this range have different tags", end.at, "give both the same")
        dates = field in DATE_FIELDS
        if not ((dates or field == "pmid") and all(_is_end(one, dates=dates) for one in (text, high))):
            raise self.refusal(
                "a range has two dates (2019/01/31) or two PMIDs as its ends",
                first.at,
                "put a term that has a colon into quotation marks",
            )
        return Range(text.replace("-", "/"), high.replace("-", "/"), field)

    def words(self, first: _Token) -> str:
        """Read a quoted phrase, or all words up to an operator."""
        if self.next().kind == "quoted":
            if not first.text:
                raise self.refusal("there is nothing between these quotation marks", first.at, "write a term")
            return first.text
        words = [first.text]
        while self.kind() == "word":
            words.append(self.next().text)
        text = " ".join(words)
        if any(word in ("and", "or", "not") for word in words):
            self.remarks.append(Remark("small", text))
        if not text.strip("* "):
            raise self.refusal("a * alone finds nothing", first.at, "write at least four letters before it")
        return text

    def field(self, tag: _Token) -> str:
        """Return the field of a plain tag."""
        name = TAGS.get(" ".join(tag.text.casefold().split()), "")
        if not name:
            raise self.refusal(
                f"[{tag.text}] is no tag of PubMed that jak knows", tag.at, f"tags: {', '.join(sorted(FIELDS))}"
            )
        return name

    def tagged(self, text: str, first: _Token, tag: _Token | None) -> Leaf:
        """Make the leaf that a text with a tag means."""
        quoted = first.kind == "quoted"
        if tag is None:
            return Term(text, "", quoted)
        if distance := _DISTANCE.fullmatch(tag.text):
            return self.near(text, first, _Token("tag", distance[1], tag.at), int(distance[2]))
        explosion = _EXPLOSION.fullmatch(tag.text.casefold())
        name = self.field(_Token("tag", explosion[1], tag.at) if explosion else tag)
        explode = explosion is None or explosion[2] == "exp"
        if name in ("mh", "majr"):
            heading, _, below = text.rpartition("/")
            subheading = qualifier(below) if heading.strip() else ""
            return Heading(
                heading.strip() if subheading else text, explode, major=name == "majr", subheading=subheading
            )
        if not explode and name not in NOEXP_FIELDS:
            raise self.refusal(f"[{name}] has no narrower terms to leave out", tag.at, "take :noexp away")
        if name in DATE_FIELDS and _is_end(text, dates=True):
            day = text.replace("-", "/")
            return Range(day, day, name)
        return Term(text, name if explode else f"{name}:noexp", quoted)

    def near(self, text: str, first: _Token, tag: _Token, between: int) -> Near:
        """Make the leaf of a proximity search."""
        name = self.field(tag)
        if name not in NEAR_FIELDS:
            raise self.refusal(f"PubMed knows no distance in [{name}]", tag.at, f"use one of: {', '.join(NEAR_FIELDS)}")
        words = tuple(text.split())
        if first.kind != "quoted" or len(words) < 2:
            raise self.refusal(
                "words near each other stand together in quotation marks", first.at, 'write it as "hair loss"[tiab:~2]'
            )
        return Near(words, between, name)


def _is_end(text: str, *, dates: bool) -> bool:
    """Return whether a text can be an end of a range."""
    return bool(_DATE.fullmatch(text)) if dates else text.isascii() and text.isdigit()
