"""Whether the correlations among items are worth factoring: sampling adequacy and sphericity."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..results import Result
from .factor_analyzer_adapter import sampling_adequacy, sphericity
from .inputs import correlations_of, numbers


@dataclass(frozen=True, kw_only=True, eq=False)
class Factorability(Result):
    """Kaiser-Meyer-Olkin measure and Bartlett's test of sphericity; ``msa`` by item; ``determinant`` of the
    correlations."""

    n_items: int
    kmo: float
    bartlett_chisq: float
    bartlett_df: float
    bartlett_p_value: float
    determinant: float
    msa: pd.Series

    def tidy(self) -> pd.DataFrame:
        """One row an item: item, msa."""
        return pd.DataFrame({"item": list(self.msa.index), "msa": self.msa.to_numpy()})


def factorability(items: pd.DataFrame) -> Factorability:
    """Sampling adequacy and Bartlett's test of sphericity on complete rows, Pearson correlations R.

    items: respondents x items, NaN missing. msa_j = sum_k r_jk^2 / (sum_k r_jk^2 + sum_k q_jk^2) with the partial
    correlations q given all other items, kmo the same over all pairs; bartlett_chisq = -(n - 1 - (2 p + 5) / 6)
    log det R with p (p - 1) / 2 df. Not computable: too_few_items (below 2), empty_items, fewer_rows_than_items,
    zero_variance, singular_correlations. Raises ValueError for a wrong call. Reference: Kaiser (1974),
    doi:10.1007/BF02291575; Bartlett (1951), doi:10.1093/biomet/38.3-4.337. R: psych::KMO(R);
    psych::cortest.bartlett(R, n); det(R).
    """
    frame = numbers(items)
    matrix, counts, reasons = correlations_of(frame, method="pearson", minimum_items=2)
    kmo = chisq = df = p_value = determinant = math.nan
    msa = np.full(len(frame.columns), math.nan)
    if matrix is not None:
        values = frame.dropna().to_numpy()
        standardised = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
        kmo, msa = sampling_adequacy(standardised)
        chisq, p_value = sphericity(standardised)
        df = len(matrix) * (len(matrix) - 1) / 2
        determinant = float(np.linalg.det(matrix))
    return Factorability(
        **counts,
        method="Kaiser-Meyer-Olkin measure, Bartlett's test of sphericity, listwise",
        status="not_computable" if reasons else "ok",
        reasons=reasons,
        n_items=len(frame.columns),
        kmo=kmo,
        bartlett_chisq=chisq,
        bartlett_df=df,
        bartlett_p_value=p_value,
        determinant=determinant,
        msa=pd.Series(msa, index=list(frame.columns), name="msa"),
    )
