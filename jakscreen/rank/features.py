"""What a ranking sees of a report: TF-IDF of its words and word pairs, Chinese by character pairs."""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from jakdb.words import Record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

__all__ = ["Features", "extract", "report_text", "terms", "vector"]

MAX_DF = 0.95
"""Terms in more than this share of the reports tell nothing and are left out."""

_IDEOGRAPHS = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_WORD = re.compile(r"\w\w+")
_HAS_IDEOGRAPH = re.compile(f"[{_IDEOGRAPHS}]")
_PIECE = re.compile(f"([{_IDEOGRAPHS}]+)|((?:(?![{_IDEOGRAPHS}])\\w){{2,}})")


@dataclass(frozen=True, slots=True)
class Features:
    """The reports as rows of a sparse matrix.

    Attributes
    ----------
    ids : tuple of int
        Report ids, ascending; one row each.
    matrix : scipy.sparse.csr_matrix, shape (reports, terms)
        Each row has length one, or is empty where the report has no text.
    vocabulary : mapping of str to int
        Column of each term.
    idf : array, shape (terms,)
        Inverse document frequencies, smoothed: ``ln((1 + n) / (1 + df)) + 1``.
    """

    ids: tuple[int, ...]
    matrix: csr_matrix
    vocabulary: Mapping[str, int]
    idf: NDArray[np.float64]


def report_text(records: Sequence[Record]) -> str:
    """Return the text of a report to rank by: title, abstract and keywords, each from the record that says most.

    Examples
    --------
    >>> report_text([Record(title="Ruxolitinib", id=1), Record(title="Ruxolitinib.", abstract="Twelve adults.", id=2)])
    'Ruxolitinib. Twelve adults.'
    """
    if not records:
        return ""
    titles = {r.title: None for r in records} | {r.translated_title: None for r in records}
    title = max((r.title for r in records), key=len)
    other = [t for t in titles if t and bool(_HAS_IDEOGRAPH.search(t)) != bool(_HAS_IDEOGRAPH.search(title))]
    abstract = max((r.abstract for r in records), key=len)
    keywords = max((r.keywords + r.mesh for r in records), key=len)
    return " ".join(part for part in (title, *other[:1], abstract, "; ".join(keywords)) if part)


def terms(text: str) -> Iterator[str]:
    """Yield the terms of a text: words of two or more letters, pairs of neighbouring words, pairs of ideographs.

    Examples
    --------
    >>> list(terms("Oral JAK inhibitors"))
    ['oral', 'jak', 'inhibitors', 'oral jak', 'jak inhibitors']
    >>> list(terms("JAK抑制剂 for 斑"))
    ['jak', '抑制', '制剂', 'for', '斑']
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = text.lower()
    if not _HAS_IDEOGRAPH.search(text):
        yield from _pairs(_WORD.findall(text))
        return
    run: list[str] = []
    for ideographs, word in _PIECE.findall(text):
        if word:
            run.append(word)
            continue
        yield from _pairs(run)
        run = []
        if len(ideographs) == 1:
            yield ideographs
        for start in range(len(ideographs) - 1):
            yield ideographs[start : start + 2]
    yield from _pairs(run)


def extract(texts: Mapping[int, str]) -> Features:
    """Return the features of all reports of a pool.

    The weight of a term in a report is ``(1 + ln tf) * idf``, rows scaled to length one. Terms in more than 95 % of the
    reports are left out, unless nothing would be left.

    Parameters
    ----------
    texts : mapping of int to str
        Report id to text (see `report_text`); empty texts give empty rows.

    Examples
    --------
    >>> found = extract({2: "alopecia areata", 1: "atopic dermatitis", 3: ""})
    >>> found.ids, found.matrix.shape
    ((1, 2, 3), (3, 6))
    """
    import numpy as np  # noqa: PLC0415 - importing jakscreen stays light
    from scipy import sparse  # noqa: PLC0415

    ids = tuple(sorted(texts))
    columns: dict[str, int] = {}
    found, counted, ends = array("i"), array("i"), array("q", [0])
    for report_id in ids:
        counts = Counter(terms(texts[report_id]))
        found.extend(columns.setdefault(term, len(columns)) for term in counts)
        counted.extend(counts.values())
        ends.append(len(found))
    indices = np.array(found, dtype=np.int32)
    df = np.bincount(indices, minlength=len(columns))
    keep = df <= MAX_DF * len(ids)
    if not keep.any():
        keep[:] = True
    # columns in the order of the alphabet: the same pool gives the same matrix, whatever the order of its reports
    kept = sorted(term for term, column in columns.items() if keep[column])
    new_column = np.zeros(len(columns), dtype=np.int32)
    new_column[[columns[term] for term in kept]] = np.arange(len(kept), dtype=np.int32)
    idf = np.log((1 + len(ids)) / (1 + df)) + 1
    used = keep[indices]
    weights = ((1 + np.log(np.array(counted, dtype=np.float64))) * idf[indices])[used]
    row_ends = np.concatenate([[0], np.cumsum(used)])[np.array(ends, dtype=np.int64)]
    matrix = sparse.csr_matrix((weights, new_column[indices][used], row_ends), shape=(len(ids), len(kept)))
    matrix.sort_indices()
    kept_idf = np.array([idf[columns[term]] for term in kept], dtype=np.float64)
    return Features(ids, _scaled(matrix), {term: column for column, term in enumerate(kept)}, kept_idf)


def vector(text: str, features: Features) -> csr_matrix:
    """Return any text as a row, in the terms of a pool; terms that the pool lacks count for nothing.

    Examples
    --------
    >>> pool = extract({1: "alopecia areata", 2: "atopic dermatitis"})
    >>> vector("alopecia in adults", pool).nnz
    1
    """
    import numpy as np  # noqa: PLC0415
    from scipy import sparse  # noqa: PLC0415

    counts = Counter(term for term in terms(text) if term in features.vocabulary)
    columns = np.array([features.vocabulary[term] for term in sorted(counts)], dtype=np.int32)
    tf = np.array([counts[term] for term in sorted(counts)], dtype=np.float64)
    values = (1 + np.log(tf)) * features.idf[columns]
    shape = (1, len(features.vocabulary))
    return _scaled(sparse.csr_matrix((values, columns, np.array([0, len(columns)])), shape=shape))


def _pairs(words: Sequence[str]) -> Iterator[str]:
    """Yield words and pairs of neighbours."""
    yield from words
    for one, two in pairwise(words):
        yield f"{one} {two}"


def _scaled(matrix: csr_matrix) -> csr_matrix:
    """Return the matrix with rows of length one; empty rows stay empty."""
    import numpy as np  # noqa: PLC0415
    from scipy import sparse  # noqa: PLC0415

    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return sparse.csr_matrix(sparse.diags(1 / np.where(length == 0, 1.0, length)) @ matrix)
