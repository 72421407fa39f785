"""efficacy: small studies of children's academic self-efficacy, from raw survey files to reports.

The public functions and results stand here by name and load their room when they are first used: ``import efficacy``
alone loads no pandas, scipy or plots.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .effects import (
        RUNGS as RUNGS,
    )
    from .effects import (
        AdjustedChange as AdjustedChange,
    )
    from .effects import (
        AdjustedChangeOverR as AdjustedChangeOverR,
    )
    from .effects import (
        AnalysisKey as AnalysisKey,
    )
    from .effects import (
        Ancova as Ancova,
    )
    from .effects import (
        ChangeScoreComparison as ChangeScoreComparison,
    )
    from .effects import (
        Claims as Claims,
    )
    from .effects import (
        CodeCounts as CodeCounts,
    )
    from .effects import (
        Evidence as Evidence,
    )
    from .effects import (
        FalseAlarms as FalseAlarms,
    )
    from .effects import (
        GroupComparison as GroupComparison,
    )
    from .effects import (
        LevelComparison as LevelComparison,
    )
    from .effects import (
        MainAnalysis as MainAnalysis,
    )
    from .effects import (
        PairedChange as PairedChange,
    )
    from .effects import (
        RandomisedAncova as RandomisedAncova,
    )
    from .effects import (
        Readings as Readings,
    )
    from .effects import (
        Regression as Regression,
    )
    from .effects import (
        RegressionDiscontinuity as RegressionDiscontinuity,
    )
    from .effects import (
        RegressionToMean as RegressionToMean,
    )
    from .effects import (
        Rung as Rung,
    )
    from .effects import (
        SessionRecord as SessionRecord,
    )
    from .effects import (
        SpssTable as SpssTable,
    )
    from .effects import (
        adjusted_change as adjusted_change,
    )
    from .effects import (
        adjusted_change_over_r as adjusted_change_over_r,
    )
    from .effects import (
        ancova as ancova,
    )
    from .effects import (
        categorical_table as categorical_table,
    )
    from .effects import (
        change_score_comparison as change_score_comparison,
    )
    from .effects import (
        claims_ladder as claims_ladder,
    )
    from .effects import (
        compare_by as compare_by,
    )
    from .effects import (
        compare_groups as compare_groups,
    )
    from .effects import (
        compare_to_reference as compare_to_reference,
    )
    from .effects import (
        comparison_readings as comparison_readings,
    )
    from .effects import (
        count_codes as count_codes,
    )
    from .effects import (
        describe_scores as describe_scores,
    )
    from .effects import (
        expected_ancova_bias as expected_ancova_bias,
    )
    from .effects import (
        false_alarm_rate as false_alarm_rate,
    )
    from .effects import (
        false_alarm_rate_of_members as false_alarm_rate_of_members,
    )
    from .effects import (
        linear_regression as linear_regression,
    )
    from .effects import (
        main_analysis as main_analysis,
    )
    from .effects import (
        paired_change as paired_change,
    )
    from .effects import (
        randomised_ancova as randomised_ancova,
    )
    from .effects import (
        regression_discontinuity as regression_discontinuity,
    )
    from .effects import (
        regression_to_mean as regression_to_mean,
    )
    from .effects import (
        selection_readings as selection_readings,
    )
    from .effects import (
        session_record as session_record,
    )
    from .effects import (
        smallest_detectable_difference as smallest_detectable_difference,
    )
    from .effects import (
        spss_groups as spss_groups,
    )
    from .effects import (
        spss_paired as spss_paired,
    )
    from .effects import (
        transported_retest as transported_retest,
    )
    from .instruments import (
        Instrument as Instrument,
    )
    from .instruments import (
        load_instrument as load_instrument,
    )
    from .psychometrics import (
        CorrelationMatrix as CorrelationMatrix,
    )
    from .psychometrics import (
        Factorability as Factorability,
    )
    from .psychometrics import (
        FactorSolution as FactorSolution,
    )
    from .psychometrics import (
        MinimumAveragePartial as MinimumAveragePartial,
    )
    from .psychometrics import (
        ParallelAnalysis as ParallelAnalysis,
    )
    from .psychometrics import (
        Reliability as Reliability,
    )
    from .psychometrics import (
        ReliabilityCoefficients as ReliabilityCoefficients,
    )
    from .psychometrics import (
        correlations as correlations,
    )
    from .psychometrics import (
        cronbach_alpha as cronbach_alpha,
    )
    from .psychometrics import (
        describe_items as describe_items,
    )
    from .psychometrics import (
        factorability as factorability,
    )
    from .psychometrics import (
        fit_efa as fit_efa,
    )
    from .psychometrics import (
        item_analysis as item_analysis,
    )
    from .psychometrics import (
        minimum_average_partial as minimum_average_partial,
    )
    from .psychometrics import (
        parallel_analysis as parallel_analysis,
    )
    from .psychometrics import (
        reliability as reliability,
    )
    from .psychometrics import (
        tucker_congruence as tucker_congruence,
    )
    from .report.opening import (
        open_report as open_report,
    )
    from .study import (
        Study as Study,
    )
    from .study import (
        load_study as load_study,
    )
    from .study import (
        score as score,
    )

_ROOMS = {
    "instruments": (
        "Instrument",
        "load_instrument",
    ),
    "study": (
        "Study",
        "load_study",
        "score",
    ),
    "psychometrics": (
        "CorrelationMatrix",
        "FactorSolution",
        "Factorability",
        "MinimumAveragePartial",
        "ParallelAnalysis",
        "Reliability",
        "ReliabilityCoefficients",
        "correlations",
        "cronbach_alpha",
        "describe_items",
        "factorability",
        "fit_efa",
        "item_analysis",
        "minimum_average_partial",
        "parallel_analysis",
        "reliability",
        "tucker_congruence",
    ),
    "effects": (
        "RUNGS",
        "AdjustedChange",
        "AdjustedChangeOverR",
        "AnalysisKey",
        "Ancova",
        "ChangeScoreComparison",
        "Claims",
        "CodeCounts",
        "Evidence",
        "FalseAlarms",
        "GroupComparison",
        "LevelComparison",
        "MainAnalysis",
        "PairedChange",
        "RandomisedAncova",
        "Readings",
        "Regression",
        "RegressionDiscontinuity",
        "RegressionToMean",
        "Rung",
        "SessionRecord",
        "SpssTable",
        "adjusted_change",
        "adjusted_change_over_r",
        "ancova",
        "categorical_table",
        "change_score_comparison",
        "claims_ladder",
        "compare_by",
        "compare_groups",
        "compare_to_reference",
        "comparison_readings",
        "count_codes",
        "describe_scores",
        "expected_ancova_bias",
        "false_alarm_rate",
        "false_alarm_rate_of_members",
        "linear_regression",
        "main_analysis",
        "paired_change",
        "randomised_ancova",
        "regression_discontinuity",
        "regression_to_mean",
        "selection_readings",
        "session_record",
        "smallest_detectable_difference",
        "spss_groups",
        "spss_paired",
        "transported_retest",
    ),
    "report.opening": ("open_report",),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = [
    "RUNGS",
    "AdjustedChange",
    "AdjustedChangeOverR",
    "AnalysisKey",
    "Ancova",
    "ChangeScoreComparison",
    "Claims",
    "CodeCounts",
    "CorrelationMatrix",
    "Evidence",
    "FactorSolution",
    "Factorability",
    "FalseAlarms",
    "GroupComparison",
    "Instrument",
    "LevelComparison",
    "MainAnalysis",
    "MinimumAveragePartial",
    "PairedChange",
    "ParallelAnalysis",
    "RandomisedAncova",
    "Readings",
    "Regression",
    "RegressionDiscontinuity",
    "RegressionToMean",
    "Reliability",
    "ReliabilityCoefficients",
    "Rung",
    "SessionRecord",
    "SpssTable",
    "Study",
    "adjusted_change",
    "adjusted_change_over_r",
    "ancova",
    "categorical_table",
    "change_score_comparison",
    "claims_ladder",
    "compare_by",
    "compare_groups",
    "compare_to_reference",
    "comparison_readings",
    "correlations",
    "count_codes",
    "cronbach_alpha",
    "describe_items",
    "describe_scores",
    "expected_ancova_bias",
    "factorability",
    "false_alarm_rate",
    "false_alarm_rate_of_members",
    "fit_efa",
    "item_analysis",
    "linear_regression",
    "load_instrument",
    "load_study",
    "main_analysis",
    "minimum_average_partial",
    "open_report",
    "paired_change",
    "parallel_analysis",
    "randomised_ancova",
    "regression_discontinuity",
    "regression_to_mean",
    "reliability",
    "score",
    "selection_readings",
    "session_record",
    "smallest_detectable_difference",
    "spss_groups",
    "spss_paired",
    "transported_retest",
    "tucker_congruence",
]


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(f"module 'efficacy' has no attribute {name!r}")
    value = getattr(import_module(f".{_ROOM_OF[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_ROOM_OF])
