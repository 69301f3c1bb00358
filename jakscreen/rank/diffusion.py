"""Likeness by what reports have in common with the same third ones: two steps through the pool, in few numbers.

With K the centred likeness of words of every two reports, the likeness here is K K, scaled to one on the diagonal: two
reports that share no word are near if both resemble the same others, and what the whole pool shares counts for
nothing. The n x n matrix is never made: K is applied as a product of sparse matrices, and its leading eigenvectors are
found by random projection, which K K needs all the fewer of as its eigenvalues are the squares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from jakscreen.rank.blocks import Block

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Diffusion", "diffusion"]

RANK = 256
_MORE = 16
_ROUNDS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Diffusion:
    """Reports as rows of length one in the leading eigenvectors of the pool's likeness.

    Attributes
    ----------
    rows : array of float32, shape (reports, rank)
    vectors : array of float32, shape (reports of the pool, rank)
        Eigenvectors of K.
    length : array of float32, shape (reports,)
        What each row was divided by.
    words : Block
        The block that it rests on.
    extra : int
        Guiding texts before the reports of the pool.
    """

    rows: NDArray[np.float32]
    vectors: NDArray[np.float32]
    length: NDArray[np.float32]
    words: Block
    extra: int

    def gram(self, rows: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the products of some rows with others."""
        return np.asarray(self.rows[rows] @ self.rows[others].T, dtype=np.float64)

    def direction(self, rows: NDArray[np.int64], coefficients: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return the sum of some rows times coefficients, shape (rank,)."""
        return np.asarray(coefficients.astype(np.float32) @ self.rows[rows])

    def scores(self, direction: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the product of every row with a direction."""
        return np.asarray(self.rows @ direction)

    def unshared(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return zeros: nothing is left out."""
        return np.zeros(len(rows))

    def terms(self, row: int, direction: NDArray[np.float32]) -> list[tuple[int, float]]:
        """Return key and part in the score of each term of a row, as far as words carry it.

        A row is (approximately) linear in the words of the report: the centred product with every report of the pool,
        times the eigenvectors. What centring takes from all reports alike is left out.
        """
        through = self.vectors @ direction
        through = through - through.mean()
        matrix = self.words.matrix
        weights = matrix[self.extra :].T @ through.astype(np.float32)
        line = matrix[row]
        parts = line.data * weights[line.indices] / max(float(self.length[row]), 1e-12)
        return list(zip(self.words.keys[line.indices].tolist(), parts.tolist(), strict=True))


def diffusion(words: Block, *, extra: int = 0, rank: int = RANK) -> Diffusion:
    """Return the reports in the space of K K.

    Parameters
    ----------
    words : Block
    extra : int
        So many rows at the front are no reports of the pool: they are placed in its space and do not shape it.
    rank : int
        Eigenvectors, at most; fewer than reports.

    References
    ----------
    Halko, Martinsson, Tropp (2011), SIAM Rev 53:217-288, algorithms 4.4 and 5.3 (random range finder with power
    iterations, then the small eigenproblem). doi:10.1137/090771806

    Examples
    --------
    The first and the third report share no word, but both share one with the second.

    >>> from jakscreen.rank import extract
    >>> found = extract({1: "hair alopecia", 2: "alopecia areata", 3: "areata nails", 4: "lung asthma", 5: "asthma cough"})
    >>> found.block("words").gram(np.array([0]), np.array([2, 3])).round(2).tolist()
    [[0.0, 0.0]]
    >>> near, far = found.block("diffusion").gram(np.array([0]), np.array([2, 3]))[0]
    >>> bool(near > 0 > far)
    True
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # ships no types  # noqa: PLC0415

    matrix, own = words.matrix[extra:], words.own[extra:, None]
    n = matrix.shape[0]
    turned = matrix.T.tocsr()

    def times(block: NDArray[np.float32]) -> NDArray[np.float32]:
        block = block - block.mean(axis=0)
        found = matrix @ (turned @ block) + own * block
        return np.asarray(found - found.mean(axis=0), dtype=np.float32)

    size = min(rank + _MORE, n)
    with threadpool_limits(limits=1, user_api="blas"):
        block = np.random.default_rng(0).standard_normal((n, size), dtype=np.float32)
        for _ in range(_ROUNDS):
            block = np.linalg.qr(times(block))[0]
        basis = block
        small = basis.T.astype(np.float64) @ times(basis)
        values, turn = np.linalg.eigh((small + small.T) / 2)
        leading = np.argsort(-values, kind="stable")[:rank]
        values, vectors = np.maximum(values[leading], 0), (basis @ turn[:, leading]).astype(np.float32)
        rows = (vectors * values).astype(np.float32)
        if extra:
            near = (matrix @ words.matrix[:extra].T).toarray()
            placed = (near - near.mean(axis=0)).T @ (vectors - vectors.mean(axis=0))
            rows = np.concatenate([placed.astype(np.float32), rows])
        length = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    scaled = rows / np.where(length < 1e-6, 1.0, length)[:, None]
    return Diffusion(np.ascontiguousarray(scaled), vectors, length, words, extra)
