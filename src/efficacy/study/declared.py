"""Do the parameters and the questionnaires they name fit each other, before any data are read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ..documents import KeyPath, Misfit, nearest_name
from ..errors import Finding, ParameterError
from ..instruments import Instrument, confirm_instrument, load_instrument
from ..params import Site, SiteFile, resolve, score_scales
from ..project import Project


def site_instruments(loaded: SiteFile, *, project: Project) -> tuple[Instrument, ...]:
    """The questionnaires of a site as it used them: every reverse key decided, everything that names them checked.

    Raises ParameterError with the line of each fault that loading, confirming or checking them finds.
    """
    instruments: list[Instrument] = []
    findings: list[Finding] = []
    for index in range(len(loaded.site.instruments)):
        try:
            instruments.append(_as_used(loaded, index, project))
        except ParameterError as error:
            place = ("instruments", index, "instrument")
            findings += [f if f.file else loaded.document.finding(f.code, place, f.values) for f in error.findings]
    if findings:
        raise ParameterError(findings)
    check_against_instruments(loaded, instruments)
    return tuple(instruments)


def _as_used(loaded: SiteFile, index: int, project: Project) -> Instrument:
    use = loaded.site.instruments[index]
    return confirm_instrument(
        load_instrument(use.instrument, project=project),
        reverse=use.reverse,
        confirmed_by=use.reverse_confirmed_by,
        document=loaded.document,
        at=("instruments", index),
    )


def site_scales(site: Site, instruments: Sequence[Instrument]) -> dict[str, tuple[str, ...]]:
    """Every scale of a site and the waves it was measured at: of its instruments, then the ready-made scores."""
    waves = {use.instrument: tuple(use.columns) for use in site.instruments}
    scales = {scale.id: waves[instrument.id] for instrument in instruments for scale in instrument.scales}
    return scales | {scale: tuple(measured) for scale, measured in score_scales(site).items()}


def check_against_instruments(loaded: SiteFile, instruments: Sequence[Instrument]) -> None:
    """Whatever names a scale or an item's column must fit the instruments of the site.

    instruments: those the site uses. Raises ParameterError with the line of each: ``parameters.duplicate_scale`` and
    ``item_in_two_instruments`` (one name, two meanings), ``column_count``, ``unknown_scale`` (facets, plan, reports),
    ``not_measured_at`` (an outcome at a wave where it was not measured).
    """
    site, document = loaded.site, loaded.document
    misfits = [*_repeated_names(site, instruments), *_column_misfits(site, instruments)]
    scales = site_scales(site, instruments)
    misfits += _scale_misfits(site, tuple(scales))
    findings: list[Finding] = [document.finding(f"parameters.{m.code}", m.at, m.values) for m in misfits]
    for report in site.reports:
        try:
            resolve(loaded, report, scales=scales)
        except ParameterError as error:
            findings += error.findings
    if findings:
        raise ParameterError(findings)


def _repeated_names(site: Site, instruments: Sequence[Instrument]) -> Iterator[Misfit]:
    names = Counter(scale.id for instrument in instruments for scale in instrument.scales)
    names.update(list(score_scales(site)))
    yield from (Misfit("duplicate_scale", ("instruments",), {"name": name}) for name, n in names.items() if n > 1)
    items = Counter(item.name for instrument in instruments for item in instrument.items)
    if shared := sorted(name for name, n in items.items() if n > 1):
        yield Misfit("item_in_two_instruments", ("instruments",), {"items": shared})


def _column_misfits(site: Site, instruments: Sequence[Instrument]) -> Iterator[Misfit]:
    n_items = {instrument.id: len(instrument.items) for instrument in instruments}
    ranges = {instrument.id: range(instrument.minimum, instrument.maximum + 1) for instrument in instruments}
    for index, use in enumerate(site.instruments):
        outside = [text for text, value in use.answers.items() if value not in ranges[use.instrument]]
        yield from (Misfit("option_out_of_range", ("instruments", index, "answers", text)) for text in outside)
        for wave, declared in use.columns.items():
            if not isinstance(declared, str) and len(declared) != n_items[use.instrument]:
                values = {"instrument": use.instrument, "expected": n_items[use.instrument], "found": len(declared)}
                yield Misfit("column_count", ("instruments", index, "columns", wave), values)


def _scale_misfits(site: Site, scales: Sequence[str]) -> Iterator[Misfit]:
    named: list[tuple[KeyPath, Sequence[str]]] = [(("facets", facet), names) for facet, names in site.facets.items()]
    if site.plan is not None:
        for key, aims in (("objectives", site.plan.objectives), ("outcomes", site.plan.outcomes)):
            named += [(("plan", key, position, "measures"), aim.measures) for position, aim in enumerate(aims)]
    codes = site.programme.feedback
    named += [(("programme", "feedback", position, "measures"), code.measures) for position, code in enumerate(codes)]
    for at, names in named:
        for index, name in enumerate(names):
            if name not in scales:
                yield Misfit("unknown_scale", (*at, index), {"name": name, "nearest": nearest_name(name, scales)})
