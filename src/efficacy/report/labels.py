"""Names of things as a report says them: from the instrument and the parameters, never typed into a notebook."""

from __future__ import annotations

import re

from ..documents import Text
from ..study import Study
from .wording import Words, say


def scale_label(study: Study, scale: str) -> Words:
    """A scale's own label; ready-made scores carry theirs in the parameters."""
    instrument = study.instrument_of(scale)
    if instrument is not None:
        return instrument.scale(scale).label
    for score in study.site.scores:
        if score.scale == scale:
            return score.label
    raise ValueError(f"scale={scale!r}: one of {list(scale_names(study))}")


def scale_names(study: Study) -> tuple[str, ...]:
    """Every scale of the site: of its instruments in order, then the ready-made scores."""
    names = [scale.id for instrument in study.instruments for scale in instrument.scales]
    return tuple(dict.fromkeys([*names, *(score.scale for score in study.site.scores)]))


def item_label(study: Study, item: str) -> Words:
    """A numbered item: "5 学习能力"; the wording itself is never shipped."""
    for instrument in study.instruments:
        for candidate in instrument.items:
            if candidate.name != item:
                continue
            says_its_number = re.search(rf"(?<!\d){candidate.number}(?!\d)", candidate.label.zh)
            if says_its_number:
                return candidate.label
            return say("common.item", number=candidate.number, label=candidate.label)
    raise ValueError(f"item={item!r} belongs to no instrument of this site")


def wave_label(study: Study, wave: str) -> Words:
    """A wave's label in the parameters, else the usual word for its role."""
    declared = next(candidate for candidate in study.site.waves if candidate.id == wave)
    return declared.label if declared.label is not None else say(f"common.wave_{declared.role}")


def covariate_label(study: Study, name: str) -> Text:
    """A covariate's label in the parameters."""
    return next(covariate.label for covariate in study.site.covariates if covariate.name == name)


def level_label(study: Study, covariate: str, level: str) -> Words:
    """A covariate's level; "arm" is the group a child belongs to."""
    if covariate == "arm":
        return arm_label(study, level)
    declared = next(candidate for candidate in study.site.covariates if candidate.name == covariate)
    return next((known.label for known in declared.levels if known.value == level), level)


def arm_label(study: Study, arm: str) -> Words:
    """A group's label in the parameters; its own name where none are declared."""
    arms = study.site.arms
    return next(level.label for level in arms.levels if level.value == arm) if arms else arm


def midpoint_of(study: Study, scale: str) -> float | None:
    """Middle of a scale's own range (理论中值), in the unit of its score; None for a ready-made score."""
    instrument = study.instrument_of(scale)
    return instrument.midpoint_of(scale) if instrument is not None else None


def score_range(study: Study, scale: str) -> tuple[float, float]:
    """Lowest and highest possible score of a scale."""
    instrument = study.instrument_of(scale)
    if instrument is not None:
        return instrument.range_of(scale)
    declared = next(score for score in study.site.scores if score.scale == scale)
    return declared.minimum, declared.maximum
