"""The truth behind the synthetic single-case examples."""

from __future__ import annotations

from .single_case import CaseStudyTruth, ExamTruth, SeriesTruth, ServiceTruth, SupportTruth

CASE_L = CaseStudyTruth(
    name="case_l",
    seed=20230912,
    n_cases=1,
    n_points=17,
    starts=(1,),  # read literally, the source describes one measurement before the service and no baseline phase
    outcomes=(
        SeriesTruth(
            outcome="homework_days", level=2.0, shift=0.5, slope=0.18, spread=0.7, autocorrelation=0.3, maximum=7
        ),
        SeriesTruth(
            outcome="confidence",
            level=3.0,
            shift=0.5,
            slope=0.20,
            spread=0.6,
            autocorrelation=0.3,
            minimum=1,
            maximum=10,
        ),
    ),
    support=SupportTruth(
        base={"emotional": 2.0, "substantive": 2.2, "informational": 1.8, "evaluation": 2.1},
        of_source={"parents": -0.6, "relatives": 0.3, "teachers": 0.2, "peers": 0.0, "worker": 0.1},
        gains={
            "emotional": (0.8, 1.4),
            "substantive": (0.6, 1.0),
            "informational": (0.9, 1.6),
            "evaluation": (0.5, 1.2),
        },
        spread=0.35,
    ),
    services=(
        ServiceTruth(strategy="view_of_education", dimension="emotional", n_contacts=7, hours=1.2),
        ServiceTruth(strategy="linked_resources", dimension="substantive", n_contacts=9, hours=1.8),
        ServiceTruth(strategy="agency_platform", dimension="informational", n_contacts=5, hours=1.0),
        ServiceTruth(strategy="resilience", dimension="evaluation", n_contacts=6, hours=1.2),
        ServiceTruth(strategy="inner_support", dimension="inner", n_contacts=4, hours=1.0),
        ServiceTruth(strategy="linked_resources", dimension="emotional", n_contacts=2, hours=1.0),
    ),
    exams=(
        ExamTruth(exam="midterm", mean=74, sd=18, z=-0.80),
        ExamTruth(exam="term_end", mean=68, sd=19, z=-0.55),
        ExamTruth(exam="mock", mean=61, sd=20, z=-0.25),
        ExamTruth(exam="entrance", mean=79, sd=17, z=0.05),
    ),
    subjects=("chinese", "maths", "english"),
    cohort_n=156,
)

THREE_GIRLS = CaseStudyTruth(
    name="three_girls",
    seed=20250303,
    n_cases=3,
    n_points=24,
    starts=None,
    least_baseline=5,
    least_intervention=8,
    outcomes=(
        SeriesTruth(
            outcome="homework_days", level=2.4, shift=1.8, spread=0.8, autocorrelation=0.2, between=0.7, maximum=7
        ),
        SeriesTruth(
            outcome="off_task", level=16.0, shift=-4.0, spread=3.5, autocorrelation=0.2, between=3.0, maximum=45
        ),
    ),
)
