"""What all tests share: the same generated examples in every run, so that a landing never fails by chance.

``HYPOTHESIS_PROFILE=explore pytest`` draws new examples and keeps the failing ones: for a look around after a change.
"""

import os

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, database=None, print_blob=True, deadline=None)
settings.register_profile("explore", max_examples=500, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
