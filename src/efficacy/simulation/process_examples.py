"""The truth behind the records of the example sites' programmes. All of it is added: the documents give none of it."""

from __future__ import annotations

from .process import FidelityTruth, ObservationTruth, ProcessTruth, VoicesTruth

QICHUN_PROCESS = ProcessTruth(
    fidelity=FidelityTruth(elements=("warm_up", "review", "activity", "sharing", "homework")),
    observations=ObservationTruth(
        dimensions=(("participation", 0.45), ("focus", 0.05), ("peers", 0.25)),
        raters=("A", "B"),
        trend=0.6,
        child_share=0.30,
        agreement=0.75,
        shifts=(0.0, 0.15),
    ),
    voices=VoicesTruth(
        rates=(("confidence", 0.75), ("planning", 0.60), ("peers", 0.65), ("exams", 0.50)),
        raters=("A", "B"),
    ),
)

LAIXI_PROCESS = ProcessTruth(
    voices=VoicesTruth(
        rates=(
            ("self_view", 0.65),
            ("drive", 0.55),
            ("initiative", 0.40),
            ("habits", 0.55),
            ("mutual_help", 0.80),
            ("sharing_experience", 0.60),
            ("emotional_contagion", 0.30),
            ("imitation", 0.35),
        ),
        raters=("A", "B"),
    ),
)
