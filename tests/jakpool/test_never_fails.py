"""Whatever the numbers: no exception, nothing that is no number, and the global maximum of the likelihood."""

import numpy as np
import pytest
from pooling_cases import complaints, draw


@pytest.mark.parametrize("seed", range(5))
def test_a_thousand_random_analyses_do_not_fail(seed: int) -> None:
    """A seeded share of the 100,000 that benchmarks/pooling_never_fails.py runs."""
    rng = np.random.default_rng(seed)
    assert [said for _ in range(200) for said in complaints(draw(rng), rng)] == []


def test_random_analyses_by_models_of_the_counts_do_not_fail() -> None:
    rng = np.random.default_rng(99)
    assert [said for _ in range(25) for said in complaints(draw(rng), rng, slow=True)] == []
