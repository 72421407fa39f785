"""What was observed: reading, checking and scoring raw files into one Study."""

from .model import Study

__all__ = ["Study"]
