"""Several waves of the same children: a linear model with a random intercept a child."""

from .model import LinearMixedModel, linear_mixed_model

__all__ = ["LinearMixedModel", "linear_mixed_model"]
