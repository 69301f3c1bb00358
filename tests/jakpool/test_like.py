"""The defaults of other programs give the figures of those programs."""

import pytest

from jakpool import ChoiceError, pool, proportions, two_arm
from jakpool.like import PROGRAMS, preset

# Colditz and others 1994, JAMA 271:698-702 (dat.bcg), and Pritz 1997, Arch Neurol 54:1195 (dat.pritz1997).
A, N1 = [4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27], [
    123, 306, 231, 13598, 5069, 1541, 2545, 88391, 7499, 1716, 50634, 2498, 16913,
]  # fmt: skip
C, N2 = [11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29], [
    139, 303, 220, 12867, 5808, 1451, 629, 88391, 7277, 1665, 27338, 2341, 17854,
]  # fmt: skip
X = [16, 10, 4, 43, 10, 25, 13, 12, 22, 4, 5, 18, 58, 6]
N = [17, 12, 8, 58, 10, 42, 14, 12, 41, 5, 6, 23, 68, 10]


def test_metabin_of_meta() -> None:
    """R 4.2.2, meta 8.2-1: metabin(sm = "RR", method.tau = "REML", prediction = TRUE) on dat.bcg; 1e-6 relative."""
    found = pool(two_arm(A, N1, C, N2, measure="RR"), **preset("meta", "RR").settings)
    assert (found.beta, found.ci_lb, found.ci_ub) == pytest.approx(
        (-0.714532348365101, -1.06689767574005, -0.36216702099015), rel=1e-6
    )
    assert (found.pi_lb, found.pi_ub) == pytest.approx((-1.99534210089128, 0.566277404161079), rel=1e-6)
    assert found.tau2 == pytest.approx(0.313243325980895, rel=1e-6)
    assert pytest.approx(92.1173468545621, rel=1e-9) == found.I2_Q
    assert preset("meta", "RR").i2 == "Q"


def test_metaprop_of_meta() -> None:
    """R 4.2.2, meta 8.2-1: metaprop(method = "GLMM", prediction = TRUE) on dat.pritz1997; 1e-3 (R's 7 nodes)."""
    found = pool(proportions(X, N), **preset("meta", "PLO").settings)
    assert (found.beta, found.ci_lb, found.ci_ub) == pytest.approx(
        (1.37660438896057, 0.811375887174223, 1.94183289074692), rel=1e-3
    )
    assert (found.pi_lb, found.pi_ub) == pytest.approx((-0.395027094553248, 3.14823587247439), rel=2e-2)


def test_rma_of_metafor() -> None:
    """R 4.2.2, metafor 3.8-1, rma() on dat.bcg: tau2 0.3132, estimate -0.7145, I2 92.22 %, printed to four places."""
    found = pool(two_arm(A, N1, C, N2, measure="RR"), **preset("metafor", "RR").settings)
    assert (round(found.tau2, 4), round(found.beta, 4), round(found.I2, 2)) == (0.3132, -0.7145, 92.22)


def test_revman_5_has_no_prediction_interval() -> None:
    found = pool(two_arm(A, N1, C, N2, measure="RR"), **preset("revman5", "RR").settings)
    assert (found.pi_lb, found.settings.tau2_method, found.settings.test) == (None, "DL", "z")


def test_an_unknown_program_is_an_error() -> None:
    with pytest.raises(ChoiceError, match="like") as caught:
        preset("stata", "RR")
    assert all(program in caught.value.hint for program in PROGRAMS)
