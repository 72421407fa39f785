"""Every family of the grid, by name."""

from __future__ import annotations

from .adjusted import ADJUSTED
from .alpha import ALPHA
from .cfa import CFA
from .child import CHILD
from .effect_sizes import EFFECT_SIZES
from .factors import FACTORS
from .family import Family
from .ladder import LADDER
from .omega import OMEGA
from .paired_tests import PAIRED_TESTS
from .pooled import POOLED

FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (ADJUSTED, LADDER, PAIRED_TESTS, EFFECT_SIZES, CHILD, POOLED, ALPHA, OMEGA, FACTORS, CFA)
}
