"""Tell a title in another European language from an English one, by its small words and its letters."""

from __future__ import annotations

from collections.abc import Collection

from jaksearch.dedupe.text import word_set

__all__ = ["is_foreign"]

_ENGLISH = word_set(
    "the of in and for with to on by from an is are as at among between versus vs after during or using who their not",
    "does into through without under over that this which how what when within about against",
)
_FOREIGN = word_set(
    "der die das den dem des und von zur zum bei mit nach eine einer eines fur uber durch als auf aus im am zwischen",
    "le la les du de et chez dans une par sur avec aux au pour des sans entre apres",
    "el los las del y en con para una su sus sobre al por segun entre como",
    "da do dos na no nos nas em com um uma ao pela pelo",
    "il lo gli della delle dei degli nel nella nei con di tra un alla",
    "het een bij met voor van op naar tussen og hos ved av til hos och hos med efter eller",
    "na z w i u przez pod po od dla jako oraz leczenie ve ile bir icin olan",
)


def is_foreign(words: Collection[str]) -> bool:
    """Say whether the words of a folded title are of another language than English; a title without small words is not.

    >>> is_foreign("caidas en pacientes mayores hospitalizados".split()), is_foreign("falls in older patients".split())
    (True, False)
    >>> is_foreign("gebelikte demir eksikligi anemisi".split())
    False
    """
    some = frozenset(words)
    return not some.isdisjoint(_FOREIGN) and some.isdisjoint(_ENGLISH)
