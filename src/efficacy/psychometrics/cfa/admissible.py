"""Whether estimates can be variances and covariances of anything."""

from __future__ import annotations

import numpy as np

from ...results import Reason
from ..inputs import Matrix
from .moments import matrices
from .specification import Specification

_ROUNDING = 1e-10


def improprieties(specification: Specification, parameters: Matrix) -> tuple[Reason, ...]:
    """Why a solution is inadmissible: heywood_case (items with a negative residual variance), negative_factor_variance
    (factors, or what a second-order factor leaves of them), improper_factor_covariances (factors whose covariance
    matrix is not positive definite, such as a correlation beyond 1); nothing for an admissible one."""
    items: list[str] = []
    factors: list[str] = []
    improper = False
    for group in range(specification.n_groups):
        at = matrices(specification, group, parameters)
        items += [item for item, value in zip(specification.items, at.theta.diagonal(), strict=True) if value < 0]
        negative = np.flatnonzero((at.psi.diagonal() < 0) | (at.phi.diagonal() < 0))
        factors += [specification.factors[column] for column in negative]
        improper |= bool(not negative.size and len(at.phi) and _least_eigenvalue(at.phi) < _ROUNDING)
    reasons = []
    if items:
        reasons.append(Reason("heywood_case", {"items": tuple(dict.fromkeys(items))}))
    if factors:
        reasons.append(Reason("negative_factor_variance", {"factors": tuple(dict.fromkeys(factors))}))
    if improper:
        reasons.append(Reason("improper_factor_covariances"))
    return tuple(reasons)


def _least_eigenvalue(covariance: Matrix) -> float:
    scale = np.sqrt(covariance.diagonal())
    if not (scale > 0).all():
        return 0.0
    return float(np.linalg.eigvalsh(covariance / np.outer(scale, scale))[0])
