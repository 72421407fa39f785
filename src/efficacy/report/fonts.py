"""Chinese glyphs without any system font: the font file that the zhplot package carries (Noto Sans SC, OFL)."""

from __future__ import annotations

import base64
import io
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fontTools import subset

PAGE_FONT = "efficacy embedded"


@cache
def font_file() -> Path:
    """The font file; the package is found, not imported, for nothing else of it is wanted."""
    package = find_spec("zhplot")
    assert package is not None and package.origin is not None
    return Path(package.origin).with_name("fonts") / "NotoSansSC-Regular.ttf"


def font_face(text: str) -> str:
    """A CSS rule that embeds the glyphs a page needs, about 250 bytes each, and nothing where it needs none.

    Only what ASCII lacks is embedded: a page reads the same on a machine without a Chinese font.
    """
    needed = sorted({character for character in text if ord(character) > 0x7F})
    if not needed:
        return ""
    options = subset.Options(flavor="woff", layout_features=[], hinting=False, name_IDs=[], recalc_timestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text="".join(needed))
    buffer = io.BytesIO()
    with subset.load_font(font_file(), options) as font:
        subsetter.subset(font)
        font.save(buffer)
    encoded = base64.b64encode(buffer.getvalue()).decode("ascii")
    return f'@font-face {{ font-family: "{PAGE_FONT}"; src: url(data:font/woff;base64,{encoded}) format("woff"); }}'
