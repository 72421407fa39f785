"""What the planning report (下一次研究的设计) shows."""

from .advice import advice_sentences, alarms_sentence, result_sentence, unknown_sentence
from .choices import CURVE, designs_of, retest_of
from .figures import alarms_figure, curve_figure, gains_figure
from .first_page import first_page
from .tables import by_retest_table, designs_table, plan_table

__all__ = [
    "CURVE",
    "advice_sentences",
    "alarms_figure",
    "alarms_sentence",
    "by_retest_table",
    "curve_figure",
    "designs_of",
    "designs_table",
    "first_page",
    "gains_figure",
    "plan_table",
    "result_sentence",
    "retest_of",
    "unknown_sentence",
]
