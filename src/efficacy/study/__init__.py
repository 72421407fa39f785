"""What was observed: reading, checking and scoring raw files into one Study."""

from .declared import site_scales
from .loading import check_site, load_study
from .model import Study
from .scoring import score, score_items
from .several import NothingObserved, PooledStudy, known_scales, load_studies, observed

__all__ = [
    "NothingObserved",
    "PooledStudy",
    "Study",
    "check_site",
    "known_scales",
    "load_studies",
    "load_study",
    "observed",
    "score",
    "score_items",
    "site_scales",
]
