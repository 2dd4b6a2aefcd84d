"""What all the assets share: the group, the partitions, and how a step's report becomes metadata.

What belongs here: names and small helpers of the assets. What does not: work; that is in `pipeline.run`.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import dagster as dg

GROUP: Final = "policywatch"
POOL: Final = "warehouse"
REPORT: Final = "report"
"""The metadata key under which a step leaves its report for `pipeline.job`."""


def metadata(report: Mapping[str, Any]) -> dict[str, Any]:
    """`report` as the metadata of a materialisation: counts one by one for the UI's plots, and the whole as JSON."""
    plots = {name: value for name, value in report.items() if isinstance(value, int) and not isinstance(value, bool)}
    return {**plots, REPORT: dg.MetadataValue.json(json.loads(json.dumps(report, ensure_ascii=False, default=str)))}
