"""What the pooled analysis across sites (多点合并分析) shows."""

from .cases import cases
from .sites import sites_table

__all__ = ["cases", "sites_table"]
