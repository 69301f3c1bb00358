"""The R script that repeats a result."""

from jakpool import pool, proportions
from jakpool.script_r import metafor_script


def test_qm_is_checked_only_where_subgroups_share_tau2() -> None:
    """R's model with the subgroup as a factor has one tau2 for all."""
    e = proportions([21, 8, 8, 18, 2, 7], [66, 12, 18, 35, 9, 11], group=["a", "a", "a", "b", "b", "b"])
    common, separate = (pool(e, model="random", by="drug", tau2_groups=t) for t in ("common", "separate"))
    assert separate.between is not None
    assert separate.between.QM is not None
    assert 'check("QM"' in metafor_script(e, common)
    assert 'check("QM"' not in metafor_script(e, separate)
