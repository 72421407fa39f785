"""Schmid-Leiman transformation: an oblique solution as one general factor and group factors free of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .inputs import Matrix
from .newton import Stack
from .one_factor import one_factor_loadings


class SchmidLeiman(NamedTuple):
    """general: loadings on the general factor, problems x items. groups: on the group factors, problems x items x
    factors. second_order: of the factors on the general factor, problems x factors."""

    general: Matrix
    groups: Stack
    second_order: Matrix


def schmid_leiman(patterns: Stack, correlations: Stack) -> SchmidLeiman:
    """General and group loadings of oblique solutions, many at once.

    patterns: problems x items x factors, correlations: of the factors. With g the loadings of a one-factor minres
    solution of the factor correlations, general = L g and group_r = l_r sqrt(1 - g_r^2). Two factors do not identify g:
    both loadings are set equal, sqrt(|phi|), the second with the sign of phi. One factor is itself general. The general
    factor has a positive sum of loadings. Reference: Schmid & Leiman (1957), doi:10.1007/BF02289209. R:
    psych::schmid(R, nfactors, fm = "minres", rotate = "oblimin", option = "equal").
    """
    n_factors = patterns.shape[2]
    if n_factors == 1:
        second_order = np.ones((len(patterns), 1))
    elif n_factors == 2:
        phi = correlations[:, 0, 1]
        root = np.sqrt(np.abs(phi))
        second_order = np.stack([root, np.where(phi < 0, -root, root)], axis=1)
    else:
        second_order = one_factor_loadings(correlations)
    general = (patterns @ second_order[:, :, None])[:, :, 0]
    signs = np.where(general.sum(axis=1) < 0, -1.0, 1.0)[:, None]
    groups = patterns * np.sqrt(1 - second_order**2)[:, None, :]
    return SchmidLeiman(general * signs, groups, second_order * signs)
