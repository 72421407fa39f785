"""What the pooled analysis across sites (多点合并分析) shows."""

from .cases import cases
from .comparability import comparability_blocks, shared_items
from .evaluation import Evaluation, evaluate
from .first_page import first_page
from .forest import forest_figure
from .limits import not_concluded_sentence, open_sentence
from .over_r import range_blocks
from .result import result_blocks, stability_blocks
from .sites import changes_table, sites_table

__all__ = [
    "Evaluation",
    "cases",
    "changes_table",
    "comparability_blocks",
    "evaluate",
    "first_page",
    "forest_figure",
    "not_concluded_sentence",
    "open_sentence",
    "range_blocks",
    "result_blocks",
    "shared_items",
    "sites_table",
    "stability_blocks",
]
