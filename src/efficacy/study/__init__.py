"""What was observed: reading, checking and scoring raw files into one Study."""

from .declared import site_scales
from .loading import check_site, load_study
from .model import Study
from .scoring import score

__all__ = ["Study", "check_site", "load_study", "score", "site_scales"]
