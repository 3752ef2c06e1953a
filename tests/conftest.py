"""How the properties are searched: the same examples every time in `make test`, new ones in `make test-all`."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# Time is measured in bench/, never here.
settings.register_profile(
    "fixed", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("fixed")
