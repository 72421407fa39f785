"""Means and covariances that a factor model implies, and their derivatives.

    y = nu + Lambda eta + epsilon,   eta = alpha + B eta + zeta,   A = (I - B)^-1
    mu = nu + Lambda A alpha,        Sigma = Lambda A Psi A' Lambda' + Theta

Every derivative of Sigma with respect to one element k has the form c (u v' + v u') with two vectors u, v of the
length of the items (c = 1/2 for a variance, else 1), and that of mu is one vector. So the gradient and the information
of any discrepancy function are a few products of items x parameters matrices: no loop over parameters, and no matrix
of moments x parameters unless it is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..inputs import Matrix
from .specification import SYMMETRIC, Indices, Specification


@dataclass(frozen=True)
class Matrices:
    """The matrices of one group at given parameters, and what follows from them: total effects A = (I - B)^-1,
    latent covariances phi = A Psi A' and latent means eta = A alpha."""

    loadings: Matrix
    psi: Matrix
    theta: Matrix
    nu: Matrix
    alpha: Matrix
    total: Matrix
    phi: Matrix
    eta: Matrix

    @property
    def covariance(self) -> Matrix:
        """Sigma, items x items."""
        return np.asarray(self.loadings @ self.phi @ self.loadings.T + self.theta, dtype=float)

    @property
    def mean(self) -> Matrix:
        """mu, by item."""
        return np.asarray(self.nu + self.loadings @ self.eta, dtype=float)


@dataclass(frozen=True)
class Tangent:
    """Derivatives of one group's moments by its free elements (in the order of FreeElements).

    dSigma_k = weight_k (left_k right_k' + right_k left_k'); dmu_k = mean_k. left, right, mean: items x elements.
    """

    left: Matrix
    right: Matrix
    weight: Matrix
    mean: Matrix


def matrices(specification: Specification, group: int, parameters: Matrix) -> Matrices:
    """The matrices of one group with these values of the free parameters."""
    elements, fixed = specification.free_elements[group], specification.fixed[group]
    values = parameters[elements.free]
    filled = {name: matrix.copy() for name, matrix in fixed.items()}
    for name, span in elements.slices.items():
        rows, columns = elements.rows[name], elements.columns[name]
        if filled[name].ndim == 1:
            filled[name][rows] = values[span]
        else:
            filled[name][rows, columns] = values[span]
            if name in SYMMETRIC:
                filled[name][columns, rows] = values[span]
    beta, psi = filled["beta"], filled["psi"]
    total = np.eye(len(beta))
    if beta.any():
        total = np.asarray(np.linalg.inv(total - beta), dtype=float)
    return Matrices(
        loadings=filled["lambda"],
        psi=psi,
        theta=filled["theta"],
        nu=filled["nu"],
        alpha=filled["alpha"],
        total=total,
        phi=total @ psi @ total.T,
        eta=total @ filled["alpha"],
    )


def tangent(specification: Specification, group: int, at: Matrices) -> Tangent:
    """Derivatives of one group's means and covariances by its free elements."""
    elements = specification.free_elements[group]
    p, n = len(specification.items), len(elements.free)
    left, right, mean, weight = np.zeros((p, n)), np.zeros((p, n)), np.zeros((p, n)), np.ones(n)
    spread, onto = at.loadings @ at.phi, at.loadings @ at.total  # Cov(y, eta); items on disturbances
    unit, rows, columns, spans = np.eye(p), elements.rows, elements.columns, elements.slices
    left[:, spans["lambda"]] = unit[:, rows["lambda"]]
    left[:, spans["beta"]] = onto[:, rows["beta"]]
    left[:, spans["psi"]] = onto[:, rows["psi"]]
    left[:, spans["theta"]] = unit[:, rows["theta"]]
    right[:, spans["lambda"]] = spread[:, columns["lambda"]]
    right[:, spans["beta"]] = spread[:, columns["beta"]]
    right[:, spans["psi"]] = onto[:, columns["psi"]]
    right[:, spans["theta"]] = unit[:, columns["theta"]]
    for name in SYMMETRIC:
        weight[spans[name]] = np.where(rows[name] == columns[name], 0.5, 1.0)
    if specification.mean_structure:
        mean[:, spans["lambda"]] = unit[:, rows["lambda"]] * at.eta[columns["lambda"]]
        mean[:, spans["beta"]] = onto[:, rows["beta"]] * at.eta[columns["beta"]]
        mean[:, spans["nu"]] = unit[:, rows["nu"]]
        mean[:, spans["alpha"]] = onto[:, rows["alpha"]]
    return Tangent(left=left, right=right, weight=weight, mean=mean)


def jacobian(specification: Specification, group: int, parameters: Matrix) -> Matrix:
    """Delta of one group: derivatives of its moments by the free parameters of the whole model.

    Rows: the means (with a mean structure), then the lower triangle of Sigma column by column, diagonal included
    (``vech_indices``). Columns: free parameters by number.
    """
    at = tangent(specification, group, matrices(specification, group, parameters))
    rows, columns = vech_indices(len(specification.items))
    covariances = at.weight * (at.left[rows] * at.right[columns] + at.right[rows] * at.left[columns])
    blocks = [at.mean, covariances] if specification.mean_structure else [covariances]
    return np.asarray(np.vstack(blocks) @ specification.aggregate(group), dtype=float)


def vech_indices(n_items: int) -> tuple[Indices, Indices]:
    """Rows and columns of the lower triangle, column by column, diagonal included."""
    columns, rows = np.triu_indices(n_items)
    return rows, columns
