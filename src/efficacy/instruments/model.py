"""What a questionnaire is, as data: items, scales, keys, and how well each of these is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from ..documents import Misfit, SchemaNumber, StrictModel, Text, repeated

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,31}$")]
EvidenceStatus = Literal["public_source", "weak_source", "commonly_stated", "own_choice"]
About = Literal[
    "structure", "range", "item_order", "reverse", "scoring", "missing", "population", "reliability", "norm", "origin",
    "permission", "labels",
]  # fmt: skip


class Evidence(StrictModel):
    """Where a fact about an instrument comes from.

    status: "public_source", read in a source that can be opened; "weak_source", read in one that may itself be wrong;
    "commonly_stated", said often and found nowhere; "own_choice", decided here. source: needed for the first two.
    """

    about: About
    status: EvidenceStatus
    statement: Text
    source: str | Text | None = None  # Text where it is described rather than named

    def misfits(self) -> Iterator[Misfit]:
        if self.status in ("public_source", "weak_source") and self.source is None:
            yield Misfit("missing", ("source",), {"key": "source"})


class Disagreement(StrictModel):
    """Something sources differ about, so that a site has to decide it from its own questionnaire."""

    about: About
    statement: Text
    items: tuple[int, ...] = ()


class Item(StrictModel):
    """One item. label: a short description of our own, never the instrument's wording. reverse: "disputed" items must
    be confirmed by the site that used them."""

    number: Annotated[int, Field(ge=1)]
    name: Name
    label: Text
    reverse: bool | Literal["disputed"] = False


class Scale(StrictModel):
    """Items that are scored together. kind "total" may hold items of several subscales.

    scoring: "mean" (题均分) or "sum" (总分). minimum_answered: share of items that must be answered for a score; where
    fewer than all are answered, a mean is over the answered ones and a sum is that mean times the number of items.
    """

    id: Name
    label: Text
    items: Annotated[tuple[int, ...], Field(min_length=1)]
    kind: Literal["subscale", "total"] = "subscale"
    scoring: Literal["mean", "sum"] = "mean"
    minimum_answered: Annotated[float, Field(gt=0, le=1)] = 1.0


class ResponseOption(StrictModel):
    """One answer option of the response format. accepts: option texts that mean it in raw files."""

    value: int
    label: Text
    accepts: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Every text that means this option: both labels and what else it accepts."""
        return (self.label.zh, self.label.en, *self.accepts)


class Permission(StrictModel):
    """May the wording be used and shipped?"""

    status: Literal["granted", "not_required", "unknown", "commercial"]
    statement: Text


class Norm(StrictModel):
    """A published reference value for a scale."""

    scale: Name
    mean: float
    sd: float | None = None
    n: int | None = None
    population: Text
    source: str


class Instrument(StrictModel):
    """A questionnaire. minimum and maximum: the response range of every item; answers outside it are errors."""

    schema_: SchemaNumber
    id: Name
    title: Text
    reference: str
    population: Text
    minimum: int
    maximum: int
    items: Annotated[tuple[Item, ...], Field(min_length=1)]
    scales: Annotated[tuple[Scale, ...], Field(min_length=1)]
    options: tuple[ResponseOption, ...] = ()
    permission: Permission
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1)]
    disagreements: tuple[Disagreement, ...] = ()
    norms: tuple[Norm, ...] = ()
    cautions: tuple[Text, ...] = ()

    def misfits(self) -> Iterator[Misfit]:
        if self.minimum >= self.maximum:
            yield Misfit("range", ("minimum",), {"low": self.minimum, "high": self.maximum})
        yield from repeated("items", "number", (item.number for item in self.items))
        yield from repeated("items", "name", (item.name for item in self.items))
        yield from repeated("scales", "id", (scale.id for scale in self.scales))
        yield from self._item_misfits()
        yield from self._option_misfits()
        for index, norm in enumerate(self.norms):
            if norm.scale not in [scale.id for scale in self.scales]:
                yield Misfit("unknown_scale", ("norms", index, "scale"), {"name": norm.scale})

    def _item_misfits(self) -> Iterator[Misfit]:
        numbers = {item.number for item in self.items}
        for index, scale in enumerate(self.scales):
            at = ("scales", index, "items")
            unknown = [number for number in scale.items if number not in numbers]
            yield from (Misfit("unknown_item", at, {"scale": scale.id, "item": number}) for number in unknown)
            twice = [number for number, count in Counter(scale.items).items() if count > 1]
            yield from (Misfit("duplicate_name", at, {"name": number}) for number in twice)
        for index, entry in enumerate(self.disagreements):
            unknown = [number for number in entry.items if number not in numbers]
            yield from (Misfit("unknown_reference", ("disagreements", index, "items"), {"name": n}) for n in unknown)
        owners = Counter(n for scale in self.subscales for n in set(scale.items))
        explained = {n for entry in self.disagreements if entry.about == "reverse" for n in entry.items}
        for index, item in enumerate(self.items):
            if owners[item.number] != 1:
                values = {"item": item.number, "count": owners[item.number]}
                yield Misfit("item_in_scales", ("items", index), values)
            if item.reverse == "disputed" and item.number not in explained:
                yield Misfit("dispute_unexplained", ("items", index, "reverse"), {"item": item.number})

    def _option_misfits(self) -> Iterator[Misfit]:
        yield from repeated("options", "value", (option.value for option in self.options))
        seen: dict[str, int] = {}
        for index, option in enumerate(self.options):
            if not self.minimum <= option.value <= self.maximum:
                values = {"value": option.value, "low": self.minimum, "high": self.maximum}
                yield Misfit("option_out_of_range", ("options", index, "value"), values)
            for text in option.texts:
                if seen.setdefault(text, option.value) != option.value:
                    yield Misfit("ambiguous_text", ("options", index), {"text": text})

    def scale(self, scale_id: str) -> Scale:
        """The scale of that id. Raises ValueError naming the allowed ones."""
        for scale in self.scales:
            if scale.id == scale_id:
                return scale
        raise ValueError(f"scale={scale_id!r}: one of {[scale.id for scale in self.scales]}")

    def item(self, number: int) -> Item:
        """The item of that number. Raises ValueError naming the allowed ones."""
        for item in self.items:
            if item.number == number:
                return item
        raise ValueError(f"number={number!r}: one of {[item.number for item in self.items]}")

    @property
    def subscales(self) -> tuple[Scale, ...]:
        """The scales that each item belongs to exactly one of."""
        return tuple(scale for scale in self.scales if scale.kind == "subscale")

    @property
    def disputed(self) -> tuple[int, ...]:
        """Numbers of the items whose reverse key a site must confirm."""
        return tuple(item.number for item in self.items if item.reverse == "disputed")

    @property
    def midpoint(self) -> float:
        """Middle of the response range of one item (理论中值): a convention, not a norm."""
        return (self.minimum + self.maximum) / 2

    def range_of(self, scale_id: str) -> tuple[float, float]:
        """Lowest and highest possible score of a scale, in the unit of its scores (mean or sum)."""
        scale = self.scale(scale_id)
        times = len(scale.items) if scale.scoring == "sum" else 1
        return float(self.minimum * times), float(self.maximum * times)

    def midpoint_of(self, scale_id: str) -> float:
        """Middle of a scale's range, in the unit of its scores: a convention, not a norm."""
        return sum(self.range_of(scale_id)) / 2

    @property
    def answers(self) -> Mapping[str, int]:
        """Every option text that may stand in a raw file, and the answer it means."""
        return {text: option.value for option in self.options for text in option.texts}

    def confirmed(self, reverse: Mapping[str, bool]) -> Instrument:
        """This instrument with every disputed item decided.

        reverse: item number (text) -> is its wording reversed; confirm_instrument sees to it that none is left out.
        """
        items = tuple(
            item.model_copy(update={"reverse": reverse[str(item.number)]}) if item.reverse == "disputed" else item
            for item in self.items
        )
        return self.model_copy(update={"items": items})
