"""Closed forms of the between-study variance: DerSimonian-Laird, Hedges, Hunter-Schmidt, Sidik-Jonkman."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["MOMENTS", "moment_tau2"]

Floats = npt.NDArray[np.float64]
MOMENTS = ("DL", "HE", "HS", "SJ")


def moment_tau2(yi: Floats, vi: Floats, X: Floats, *, method: str) -> float:
    """Return an estimate of tau2 without iteration, zero or more.

    With ``P = W - W X inverse(X' W X) X' W`` and ``Q = y' P y``:

    - DL, ``W = diag(1 / v)``: ``(Q - (k - p)) / trace(P)``;
    - HE, ``W = I``: ``(Q - sum(v_i P_ii)) / (k - p)``;
    - HS, ``W = diag(1 / v)``: ``(Q - k) / sum(1 / v)``;
    - SJ, ``W = diag(1 / (v / t0 + 1))`` with t0 the (maximum likelihood) variance of y: ``Q / (k - p)``; it is never 0
      unless the effects are all alike.

    Parameters
    ----------
    yi, vi : array, shape (k,)
    X : array, shape (k, p)
    method : str
        DL, HE, HS or SJ.

    References
    ----------
    DL: DerSimonian, Laird (1986), Control Clin Trials 7:177-188; HE: Hedges (1983), Psychol Bull 93:388-395, and
    Raudenbush (2009), The handbook of research synthesis, 2nd ed., chapter 16; HS: Viechtbauer (2005), J Educ Behav
    Stat 30:261-293; SJ: Sidik, Jonkman (2005), J R Stat Soc C 54:367-384. All with moderators: Viechtbauer et al.
    (2015), Psychol Methods 20:360-374.

    Examples
    --------
    >>> import numpy as np
    >>> yi, vi = np.array([0.1, 0.8, 0.4]), np.array([0.02, 0.03, 0.05])
    >>> {m: round(moment_tau2(yi, vi, np.ones((3, 1)), method=m), 4) for m in MOMENTS}
    {'DL': 0.121, 'HE': 0.09, 'HS': 0.0659, 'SJ': 0.0942}
    """
    k, p = X.shape
    if method == "SJ":
        start = float(((yi - yi.mean()) ** 2).mean())
        if start <= 0.0:
            return 0.0
        q, _ = _projected(yi, 1.0 / (vi / start + 1.0), X)
        return float(max(0.0, q / (k - p)))
    w = np.ones(k) if method == "HE" else 1.0 / vi
    q, diagonal = _projected(yi, w, X)
    if method == "HE":
        estimate = (q - float(vi @ diagonal)) / (k - p)
    elif method == "HS":
        estimate = (q - k) / float(w.sum())
    else:
        estimate = (q - (k - p)) / float(diagonal.sum())
    return float(max(0.0, estimate))


def _projected(yi: Floats, w: Floats, X: Floats) -> tuple[float, Floats]:
    """Return ``y' P y`` and the diagonal of P, by an orthogonal basis of the weighted design."""
    root = np.sqrt(w)
    basis, _ = np.linalg.qr(X * root[:, None])
    z = yi * root
    resid = z - basis @ (basis.T @ z)
    return float(resid @ resid), w * np.clip(1.0 - (basis**2).sum(axis=1), 0.0, None)
