"""policywatch: what government policy is in force, what changed, and what just ended.

This package holds only what every other package may lean on: the version, the clock, the home folder and the
errors. It imports none of them. Fetching is in `crawlers`, reading in `pipeline.parsers`, storing in `warehouse`,
orchestration, alerts and the command line in `pipeline`, the small offline portal in `demo`.
"""

__version__ = "0.1.0"
