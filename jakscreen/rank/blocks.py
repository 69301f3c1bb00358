"""TF-IDF of a pool in sparse blocks: words and pairs of words, titles, parts of words, names.

A block keeps what at least two reports share. What only one report says cannot make it like another one; it is kept as
a number (`Block.own`), so that every report still has length one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from jakscreen.rank.text import has_ideograph
from jakscreen.rank.tokens import spans

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from jakscreen.rank.tokens import Tokens

__all__ = ["MAX_DF", "Block", "PartBlock", "line_of", "name_block", "part_block", "word_block"]

MAX_DF = 0.95
"""Terms in more than this share of the reports tell nothing and are left out."""

PARTS = (4, 5)
"""Letters in a part of a word."""

_FEW = 8
"""Up to so many rows are multiplied one by one."""

_PRIME = np.uint64(1099511628211)


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Reports as rows of length one, by the terms that they share.

    Attributes
    ----------
    matrix : csr_matrix of float32, shape (reports, terms)
        ``(1 + ln tf) * idf`` with ``idf = ln((1 + n) / (1 + df)) + 1``, each row divided by the length that it has with
        all of its terms.
    keys : array of int64, shape (terms,)
        What the columns mean: the number of a word, or ``(first + 1) * size + second`` of a pair of words,
        where ``size`` is that of the vocabulary; of names, the number of the name.
    own : array of float32, shape (reports,)
        Square of the part of each row's length that no other report shares.
    """

    matrix: csr_matrix
    keys: NDArray[np.int64]
    own: NDArray[np.float32]

    def gram(self, rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the products of some rows with others."""
        found = _products(self.matrix, rows, others)
        return np.asarray(found + self.own[rows][:, None] * (rows[:, None] == others[None, :]))

    def direction(self, rows: NDArray[np.int64], coefficients: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return the sum of some rows times coefficients, shape (terms,)."""
        if len(rows) != 1:
            return np.asarray(self.matrix[rows].T @ coefficients.astype(np.float32))
        found = np.zeros(self.matrix.shape[1], dtype=np.float32)
        columns, values = line_of(self.matrix, int(rows[0]))
        found[columns] = values * coefficients.astype(np.float32)
        return found

    def scores(self, direction: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the product of every row with a direction; what a row alone says is not in it."""
        return np.asarray(self.matrix @ direction)

    def unshared(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what each row shares with none."""
        return self.own[rows].astype(np.float64)

    def terms(self, row: int, direction: NDArray[np.float32]) -> list[tuple[int, float]]:
        """Return key and part in the score of each term of a row."""
        columns, values = line_of(self.matrix, row)
        return list(zip(self.keys[columns].tolist(), (values * direction[columns]).tolist(), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class PartBlock:
    """Reports by the parts of their words, as a product: reports by words, words by parts.

    Attributes
    ----------
    matrix : csr_matrix of float32, shape (reports, words)
        Rows scaled so that ``matrix @ parts`` has rows of length one.
    parts : csr_matrix of float32, shape (words, parts)
        Weights of the parts of each word.
    """

    matrix: csr_matrix
    parts: csr_matrix

    def gram(self, rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the products of some rows with others."""
        if len(rows) > _FEW:
            return _dense_product(self.matrix[rows] @ self.parts, self.matrix[others] @ self.parts)
        near = self.matrix[others]
        found = [near @ (self.parts @ self.direction(rows[i : i + 1], np.ones(1))) for i in range(len(rows))]
        return np.array(found, dtype=np.float64).reshape(len(rows), len(others))

    def direction(self, rows: NDArray[np.int64], coefficients: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return the sum of some rows times coefficients, shape (parts,)."""
        if len(rows) != 1:
            return np.asarray(self.parts.T @ (self.matrix[rows].T @ coefficients.astype(np.float32)))
        words, values = line_of(self.matrix, int(rows[0]))  # few words: their parts cost a hundredth of all
        return np.asarray(self.parts[words].T @ (values * coefficients.astype(np.float32)))

    def scores(self, direction: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the product of every row with a direction."""
        return np.asarray(self.matrix @ (self.parts @ direction))

    def unshared(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return zeros: nothing is left out."""
        return np.zeros(len(rows))

    def terms(self, row: int, direction: NDArray[np.float32]) -> list[tuple[int, float]]:
        """Return number and part in the score of each word of a row."""
        words, values = line_of(self.matrix, row)
        weights = self.parts[words] @ direction
        return list(zip(words.tolist(), (values * weights).tolist(), strict=True))


def line_of(matrix: csr_matrix, row: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return the columns of a row and what stands there; a slice of the matrix would cost twenty times as much."""
    span = slice(matrix.indptr[row], matrix.indptr[row + 1])
    return matrix.indices[span], matrix.data[span]


def word_block(tokens: Tokens, *, extra: int = 0, titles: bool = False) -> Block:
    """Return the TF-IDF of words and of pairs of neighbouring words; Chinese, which is read by pairs, has no more.

    Parameters
    ----------
    extra : int
        So many rows at the front are no reports of the pool: they count in no document frequency.
    titles : bool
        Titles alone; otherwise title and abstract as one text.

    References
    ----------
    Equal to scikit-learn's ``TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, max_df=.95)``, which ASReview
    3.0.8's ELAS u4 reads with; terms of one report alone are counted in `Block.own`.
    """
    stream, starts, ends = _spans_of(tokens, titles=titles)
    n, size = len(ends), max(len(tokens.vocabulary), 1)
    rows = np.repeat(np.arange(n, dtype=np.int32), ends - starts)
    single = _counts(rows, stream, (n, size))
    latin = np.fromiter((not has_ideograph(word) for word in tokens.vocabulary), dtype=bool, count=-1)
    paired = (rows[1:] == rows[:-1]) & latin[stream[1:]] & latin[stream[:-1]] if len(stream) else np.zeros(0, bool)
    first, second = stream[:-1][paired].astype(np.int64), stream[1:][paired]
    pair_keys, columns = np.unique((first + 1) * size + second, return_inverse=True)
    pairs = _counts(rows[1:][paired] if len(stream) else rows, columns.astype(np.int32), (n, max(len(pair_keys), 1)))
    word_keys = np.arange(size, dtype=np.int64)
    return _block([single, pairs], [word_keys, pair_keys], extra=extra, least=(1, 2))


def part_block(tokens: Tokens, *, extra: int = 0) -> PartBlock:
    """Return the reports by the parts of their words: runs of four and five letters, the ends of words marked.

    A report is the sum of its words, each ``(1 + ln tf) * idf``, and a word the sum of its parts, each by its inverse
    document frequency, scaled to length one. So inhibitor, inhibitors and inhibition are near one another, and what a
    part adds to a score can be told by its words.
    """
    n, size = len(tokens.ids), max(len(tokens.vocabulary), 1)
    rows = np.repeat(np.arange(n, dtype=np.int32), np.diff(tokens.ends, prepend=0))
    counts = _counts(rows, tokens.stream, (n, size))
    df = _document_frequency(counts, extra)
    word_idf = (np.log((1 + n - extra) / (1 + df)) + 1) * ((df > 0) & (df <= _limit([df], n - extra)))
    parts = _parts(tokens.vocabulary, size)
    part_df = np.zeros(parts.shape[1], dtype=np.int64)
    for some in _chunks(counts[extra:]):
        part_df += np.bincount((some @ parts).indices, minlength=parts.shape[1])
    parts.data = parts.data * (np.log((1 + n - extra) / (1 + part_df)) + 1)[parts.indices].astype(np.float32)
    length = np.sqrt(_squares(parts))
    parts.data /= np.repeat(np.where(length == 0, 1.0, length), np.diff(parts.indptr)).astype(np.float32)
    counts.data = (1 + np.log(counts.data)) * word_idf[counts.indices].astype(np.float32)
    square = np.concatenate([np.zeros(0), *(_squares(some @ parts) for some in _chunks(counts))])
    square[square == 0] = 1.0
    counts.data /= np.repeat(np.sqrt(square), np.diff(counts.indptr)).astype(np.float32)
    return PartBlock(counts, parts)


def name_block(tokens: Tokens, kind: str, *, extra: int = 0) -> Block:
    """Return the names of one kind (see `tokens.HEADING`), weighed by their inverse document frequency."""
    n, size = len(tokens.ids), max(len(tokens.names), 1)
    of_kind = np.fromiter((name[0] == kind for name in tokens.names), dtype=bool, count=-1)
    rows = np.repeat(np.arange(n, dtype=np.int32), np.diff(tokens.named_ends, prepend=0))
    kept = of_kind[tokens.named] if len(tokens.named) else np.zeros(0, dtype=bool)
    counts = _counts(rows[kept], tokens.named[kept], (n, size))
    return _block([counts], [np.arange(size, dtype=np.int64)], extra=extra, least=(2,))


def _spans_of(tokens: Tokens, *, titles: bool) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Return the words, and where each report starts and ends in them."""
    starts = np.concatenate([[0], tokens.ends[:-1]]).astype(np.int64)[: len(tokens.ends)]
    if not titles:
        return tokens.stream, starts, tokens.ends
    ends = np.cumsum(tokens.titles - starts)
    return tokens.stream[spans(starts, tokens.titles)], ends - (tokens.titles - starts), ends


def _counts(rows: NDArray[Any], columns: NDArray[Any], shape: tuple[int, int]) -> csr_matrix:
    """Return how often each column occurs in each row."""
    ones = np.ones(len(columns), dtype=np.float32)
    found = sparse.csr_matrix((ones, (rows, columns)), shape=shape)
    found.sum_duplicates()
    return found


def _block(
    counts: Sequence[csr_matrix], keys: Sequence[NDArray[np.int64]], *, extra: int, least: Sequence[int]
) -> Block:
    """Weigh counts, scale rows to length one, keep the columns that `least` rows have."""
    rows_all = counts[0].shape[0]
    dfs = [_document_frequency(part, extra) for part in counts]
    limit = _limit(dfs, rows_all - extra)
    square, own = np.zeros(rows_all), np.zeros(rows_all)
    kept, kept_keys = [], []
    for part, df, key, fewest in zip(counts, dfs, keys, least, strict=True):
        idf = np.log((1 + rows_all - extra) / (1 + df)) + 1
        used = (df > 0) & (df <= limit)
        shared = used & (np.bincount(part.indices, minlength=len(df)) >= fewest)
        part.data = (1 + np.log(part.data)) * (idf * used)[part.indices].astype(np.float32)
        rows = np.repeat(np.arange(rows_all), np.diff(part.indptr))
        square += np.bincount(rows, part.data.astype(np.float64) ** 2, minlength=rows_all)
        lone = ~shared[part.indices]
        own += np.bincount(rows[lone], part.data[lone].astype(np.float64) ** 2, minlength=rows_all)
        columns = np.flatnonzero(shared)
        columns = columns[np.argsort(-df[columns], kind="stable")]  # frequent ones side by side: half the cache misses
        kept.append(_kept(part, rows, shared, columns))
        kept_keys.append(key[columns])
    matrix = kept[0] if len(kept) == 1 else sparse.csr_matrix(sparse.hstack(kept, format="csr"))
    square[square == 0] = 1.0
    matrix.data /= np.repeat(np.sqrt(square), np.diff(matrix.indptr)).astype(np.float32)
    return Block(matrix, np.concatenate(kept_keys), (own / square).astype(np.float32))


def _document_frequency(counts: csr_matrix, extra: int) -> NDArray[np.int64]:
    """Return in how many reports of the pool each column occurs."""
    return np.bincount(counts.indices[counts.indptr[extra] :], minlength=counts.shape[1])


def _limit(dfs: Sequence[NDArray[np.int64]], reports: int) -> float:
    """Return in how many reports a term may occur; if all are in more than that, they all may."""
    limit = MAX_DF * reports
    return limit if any(((df > 0) & (df <= limit)).any() for df in dfs) else reports


def _kept(part: csr_matrix, rows: NDArray[Any], shared: NDArray[np.bool_], columns: NDArray[np.int64]) -> csr_matrix:
    """Return the matrix with the shared columns alone."""
    new = np.zeros(len(shared), dtype=np.int32)
    new[columns] = np.arange(len(columns), dtype=np.int32)
    stays = shared[part.indices]
    ends = np.concatenate([[0], np.cumsum(np.bincount(rows[stays], minlength=part.shape[0]))])
    return sparse.csr_matrix(
        (part.data[stays], new[part.indices[stays]], ends.astype(np.int32)), shape=(part.shape[0], len(columns))
    )


def _chunks(matrix: csr_matrix) -> Iterator[csr_matrix]:
    """Yield a matrix in pieces of 2,000 rows: a product of all rows at once would take much memory."""
    for start in range(0, matrix.shape[0], 2000):
        yield matrix[start : start + 2000]


def _squares(matrix: csr_matrix) -> NDArray[np.float64]:
    """Return the squared length of each row."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    return np.asarray(np.bincount(rows, matrix.data.astype(np.float64) ** 2, minlength=matrix.shape[0]), np.float64)


def _parts(vocabulary: Sequence[str], size: int) -> csr_matrix:
    """Return the parts of each word, a space before and behind it: runs of letters, told apart by a hash of 64 bits."""
    letters = np.frombuffer("".join(f" {word} " for word in vocabulary).encode("utf-32-le"), dtype=np.uint32)
    lengths = np.fromiter((len(word) + 2 for word in vocabulary), dtype=np.int64, count=-1)
    ends = np.cumsum(lengths)
    word_of = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    rows, hashes = [np.zeros(0, np.int32)], [np.zeros(0, np.uint64)]
    for run in PARTS:
        starts = np.arange(len(letters) - run + 1)
        starts = starts[starts + run <= ends[word_of[: len(starts)]]]
        code = np.full(len(starts), run, dtype=np.uint64)
        for place in range(run):
            code = code * _PRIME + letters[starts + place]
        rows.append(word_of[starts])
        hashes.append(code)
    known, columns = np.unique(np.concatenate(hashes), return_inverse=True)
    found = _counts(np.concatenate(rows), columns.astype(np.int32), (size, max(len(known), 1)))
    found.data[:] = 1.0
    return found


def _products(matrix: csr_matrix, rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the products of some rows of a matrix with others."""
    if len(rows) > _FEW:
        return _dense_product(matrix[rows], matrix[others])
    near = matrix[others]
    found = np.zeros((len(rows), len(others)))
    for i, row in enumerate(rows.tolist()):
        line = np.zeros(matrix.shape[1], dtype=np.float32)
        columns, values = line_of(matrix, row)
        line[columns] = values
        found[i] = near @ line
    return found


def _dense_product(one: csr_matrix, two: csr_matrix) -> NDArray[np.float64]:
    """Return the products of all rows of two matrices."""
    return np.asarray((one @ two.T).toarray(), dtype=np.float64)
