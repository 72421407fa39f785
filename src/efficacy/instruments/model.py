"""What a questionnaire is, as data: items, scales, keys, and how well each of these is known."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from ..documents import SCHEMA, StrictModel, Text

Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,31}$")]
EvidenceStatus = Literal["public_source", "weak_source", "commonly_stated", "own_choice"]


class Evidence(StrictModel):
    """Where a fact about an instrument comes from. about: structure, range, reverse, norm, permission, ..."""

    about: str
    status: EvidenceStatus
    statement: Text
    source: str | None = None


class Disagreement(StrictModel):
    """Something sources differ about, so that a site has to decide it from its own questionnaire."""

    about: str
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

    scoring: "mean" (题均分) or "sum" (总分). minimum_answered: share of items that must be answered for a score.
    """

    id: Name
    label: Text
    items: tuple[int, ...]
    kind: Literal["subscale", "total"] = "subscale"
    scoring: Literal["mean", "sum"] = "mean"
    minimum_answered: Annotated[float, Field(gt=0, le=1)] = 1.0


class ResponseOption(StrictModel):
    """One answer option of the response format. accepts: option texts that mean it in raw files."""

    value: int
    label: Text
    accepts: tuple[str, ...] = ()


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

    schema_: Annotated[int, Field(alias="schema")]
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
    evidence: tuple[Evidence, ...]
    disagreements: tuple[Disagreement, ...] = ()
    norms: tuple[Norm, ...] = ()
    cautions: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Instrument:
        if self.schema_ != SCHEMA:
            raise PydanticCustomError("schema", "unknown schema", {"found": self.schema_, "expected": SCHEMA})
        if self.minimum >= self.maximum:
            raise PydanticCustomError("range", "minimum not below maximum", {"low": self.minimum, "high": self.maximum})
        numbers = [item.number for item in self.items]
        for names in ([str(n) for n in numbers], [i.name for i in self.items], [s.id for s in self.scales]):
            if len(set(names)) < len(names):
                raise PydanticCustomError("duplicate_name", "stands twice", {"name": max(names, key=names.count)})
        for scale in self.scales:
            for number in scale.items:
                if number not in numbers:
                    raise PydanticCustomError("unknown_item", "no such item", {"scale": scale.id, "item": number})
        owners = [n for scale in self.scales if scale.kind == "subscale" for n in scale.items]
        for number in numbers:
            if owners.count(number) != 1:
                raise PydanticCustomError(
                    "item_in_scales", "in no or several subscales", {"item": number, "count": owners.count(number)}
                )
        return self

    def scale(self, scale_id: str) -> Scale:
        """The scale of that id; ValueError names the allowed ones."""
        for scale in self.scales:
            if scale.id == scale_id:
                return scale
        raise ValueError(f"scale={scale_id!r}: one of {[scale.id for scale in self.scales]}")

    def item(self, number: int) -> Item:
        return next(item for item in self.items if item.number == number)

    @property
    def subscales(self) -> tuple[Scale, ...]:
        return tuple(scale for scale in self.scales if scale.kind == "subscale")

    @property
    def disputed(self) -> tuple[int, ...]:
        """Numbers of the items whose reverse key a site must confirm."""
        return tuple(item.number for item in self.items if item.reverse == "disputed")

    @property
    def midpoint(self) -> float:
        """Middle of the response range (理论中值): a convention, not a norm."""
        return (self.minimum + self.maximum) / 2

    def confirmed(self, reverse: dict[str, bool]) -> Instrument:
        """This instrument with every disputed item decided; keys are item numbers as text."""
        items = tuple(
            item.model_copy(update={"reverse": reverse[str(item.number)]}) if item.reverse == "disputed" else item
            for item in self.items
        )
        return self.model_copy(update={"items": items})
