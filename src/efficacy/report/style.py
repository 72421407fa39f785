"""How figures look: one accent for what counts, one colour for the members, grey for the rest; Chinese glyphs."""

from __future__ import annotations

from functools import cache
from typing import Any

from matplotlib import font_manager

from .fonts import font_file

ACCENT = "#11706b"
MEMBERS = "#c2410c"
REST = "#9aa5b1"
INK = "#1f2933"
FAINT = "#d9e0e6"
SEQUENTIAL = "BrBG"  # diverging, readable in print and by colour-blind readers


@cache
def chinese_font() -> str:
    """Name of the font carried by the zhplot package, registered with matplotlib: no system font is needed."""
    font = font_file()
    font_manager.fontManager.addfont(font)
    return font_manager.FontProperties(fname=font).get_name()


def figure_style() -> dict[str, Any]:
    """matplotlib settings of every figure, for use with rc_context."""
    return {
        "font.family": [chinese_font()],
        "font.size": 9.5,
        "axes.unicode_minus": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "axes.titlesize": 10.5,
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "figure.constrained_layout.use": True,
        "figure.facecolor": "white",
        "savefig.facecolor": "white",
        "svg.hashsalt": "efficacy",
        "legend.frameon": False,
    }
