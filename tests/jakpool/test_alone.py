"""jakpool stands alone: its import is light and touches nothing of the rest."""

import subprocess
import sys
from pathlib import Path

import jakpool

ROOT = Path(__file__).parent.parent.parent


def loaded_by(code: str) -> set[str]:
    """Return the modules loaded after some code in a fresh interpreter."""
    script = f"{code}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_import_loads_numpy_only() -> None:
    """Special functions when first used; no scipy.stats, no optimiser, no drawing, nothing of jak."""
    modules = loaded_by("import jakpool")
    assert "numpy" in modules
    heavy = {
        "scipy.special",
        "scipy.stats",
        "scipy.optimize",
        "matplotlib",
        "pandas",
        "jak",
        "jakdb",
        "jaksearch",
        "sqlalchemy",
    }
    assert not heavy & modules


def test_pooling_needs_no_more_either() -> None:
    """A whole result, subgroups and sentences."""
    code = (
        "from jakpool import pool, proportions, results_sentence as s\n"
        "s(pool(proportions([1, 5, 7], [9, 9, 9], group=['a', 'b', 'a']), by='drug')); "
        "s(pool(proportions([1, 5, 7], [9, 9, 9]), model='random'))"
    )
    assert not {"scipy.stats", "scipy.optimize", "matplotlib", "pandas"} & loaded_by(code)


def test_the_face_is_sorted_and_complete() -> None:
    """Every name is there."""
    assert jakpool.__all__ == sorted(jakpool.__all__)
    assert all(hasattr(jakpool, name) for name in jakpool.__all__)
