"""Likeness by what reports have in common with the same third ones: two steps through the pool.

With K the likeness of the words of every two reports, centred, the likeness here is K K, scaled to one on the diagonal:
two reports that share few words are near if both resemble the same others, and what the whole pool shares counts for
nothing. The n x n matrix is never made: a report is the vector of its likeness to every report of the pool, and sums
and products of such vectors are products of the sparse matrix with a vector.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jakscreen.rank.blocks import Block, line_of

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

__all__ = ["Diffusion", "diffusion"]

EXACT = 3000
"""Up to so many reports lengths are computed exactly, beyond they are estimated."""

PROBES = 128
_ROWS = 500


@dataclass(frozen=True, slots=True, eq=False)
class Diffusion:
    """Reports as rows of length one in the space of their likeness to the pool.

    Attributes
    ----------
    words : Block
        What K is made of: ``words.matrix`` times its transpose, and ``words.own`` on the diagonal.
    extra : int
        Guiding texts before the reports of the pool; they are placed in its space and do not shape it.
    turned : csr_matrix of float32, shape (terms, reports of the pool)
        The pool's part of the matrix, transposed.
    mean : array of float32, shape (reports of the pool,)
        Mean likeness of each report to the pool.
    length : array of float32, shape (rows,)
        What each row is divided by.
    """

    words: Block
    extra: int
    turned: csr_matrix
    mean: NDArray[np.float32]
    length: NDArray[np.float32]

    def gram(self, rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the products of some rows with others."""
        near = self.words.matrix[others]
        found = np.zeros((len(rows), len(others)))
        for i in range(len(rows)):
            direction = self.direction(rows[i : i + 1], np.ones(1))
            found[i] = self._scores(near, others, direction)
        return found

    def direction(self, rows: NDArray[np.int64], coefficients: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return the sum of some rows times coefficients: by term, and behind it by report of the pool."""
        scaled = coefficients.astype(np.float32) / self.length[rows]
        pool = slice(self.extra, None)
        if len(rows) == 1:  # few terms: their columns cost a tenth of the whole matrix
            terms, values = line_of(self.words.matrix, int(rows[0]))
            by_report = self.turned[terms].T @ (values * scaled)
        else:
            by_report = (self.words.matrix @ (self.words.matrix[rows].T @ scaled))[pool]
        inside = rows >= self.extra
        by_report[rows[inside] - self.extra] += self.words.own[rows[inside]] * scaled[inside]
        by_report -= self.mean * scaled.sum()
        by_report -= by_report.mean()
        return np.concatenate([self.turned @ by_report, by_report])

    def scores(self, direction: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the product of every row with a direction."""
        return self._scores(self.words.matrix, np.arange(len(self.length)), direction)

    def unshared(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return zeros: nothing is left out."""
        return np.zeros(len(rows))

    def terms(self, row: int, direction: NDArray[np.float32]) -> list[tuple[int, float]]:
        """Return key and part in the score of each term of a row, but for what centring takes from all alike."""
        terms, values = line_of(self.words.matrix, row)
        parts = values * direction[terms] / self.length[row]
        return list(zip(self.words.keys[terms].tolist(), parts.tolist(), strict=True))

    def _scores(
        self, matrix: csr_matrix, rows: NDArray[np.int64], direction: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return the product of some rows, whose words are given, with a direction."""
        terms = matrix.shape[1]
        by_report = direction[terms:]
        found = matrix @ direction[:terms] - float(self.mean @ by_report)
        inside = rows >= self.extra
        found[inside] += self.words.own[rows[inside]] * by_report[rows[inside] - self.extra]
        return np.asarray(found / self.length[rows], dtype=np.float32)


def diffusion(words: Block, *, extra: int = 0) -> Diffusion:
    """Return the reports in the space of K K.

    The length of a row, the root of the sum of its squared likenesses, is estimated in large pools from its products
    with `PROBES` random vectors of signs, the diagonal apart.

    Parameters
    ----------
    words : Block
    extra : int
        So many rows at the front are no reports of the pool.

    References
    ----------
    Achlioptas (2003), J Comput Syst Sci 66:671-687: lengths from random signs. doi:10.1016/S0022-0000(03)00025-4

    Examples
    --------
    The first and the third report share no word, but both share one with the second.

    >>> from jakscreen.rank import extract
    >>> pool = {1: "hair alopecia", 2: "alopecia areata", 3: "areata nails", 4: "lung asthma", 5: "asthma cough"}
    >>> found = extract(pool)
    >>> found.block("words").gram(np.array([0]), np.array([2, 3])).round(2).tolist()
    [[0.0, 0.0]]
    >>> near, far = found.block("diffusion").gram(np.array([0]), np.array([2, 3]))[0].tolist()
    >>> near > far
    True
    """
    pool, own = words.matrix[extra:], words.own[extra:]
    n = pool.shape[0]
    turned = pool.T.tocsr()
    mean = (pool @ (turned @ np.full(n, 1 / max(n, 1), dtype=np.float32)) + own / max(n, 1)).astype(np.float32)
    square = _guide_squares(words, extra, mean)
    if n <= EXACT:
        square += [float(one) for start in range(0, n, _ROWS) for one in _exact_squares(pool, own, mean, start)]
    elif n:
        square += _estimated_squares(pool, turned, own, mean).tolist()
    length = np.sqrt(np.array(square, dtype=np.float32))
    return Diffusion(words, extra, turned, mean, np.where(length < 1e-5, np.float32(1.0), length))


def _exact_squares(
    pool: csr_matrix, own: NDArray[np.float32], mean: NDArray[np.float32], start: int
) -> NDArray[np.float64]:
    """Return the squared lengths of some centred rows of K."""
    rows = (pool[start : start + _ROWS] @ pool.T).toarray()
    at = np.arange(len(rows))
    rows[at, start + at] += own[start : start + _ROWS]
    rows -= mean[None, :] + (mean[start : start + _ROWS] - mean.mean())[:, None]
    return np.asarray(np.einsum("ij,ij->i", rows, rows, dtype=np.float64))


def _estimated_squares(
    pool: csr_matrix, turned: csr_matrix, own: NDArray[np.float32], mean: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the squared lengths of the centred rows of K, all but the diagonal estimated."""
    rng = np.random.default_rng(0)
    n = pool.shape[0]
    near = np.asarray(pool.multiply(pool).sum(axis=1)).ravel() + own
    diagonal = near - 2 * mean + mean.mean()
    off = np.zeros(n)
    for _ in range(0, PROBES, 16):
        signs = rng.choice(np.array([-1, 1], dtype=np.float32), (n, 16))
        flat = signs - signs.mean(axis=0)
        product = pool @ (turned @ flat) + own[:, None] * flat
        product -= product.mean(axis=0) + diagonal[:, None] * signs
        off += np.einsum("ij,ij->i", product, product, dtype=np.float64)
    return np.asarray(diagonal.astype(np.float64) ** 2 + off / PROBES)


def _guide_squares(words: Block, extra: int, mean: NDArray[np.float32]) -> list[float]:
    """Return the squared lengths of the guiding texts."""
    pool = words.matrix[extra:]
    found = []
    for row in range(extra):
        near = np.asarray((pool @ words.matrix[row].T).toarray()).ravel() - mean
        found.append(float(((near - near.mean()) ** 2).sum()))
    return found
