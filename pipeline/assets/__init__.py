"""The Dagster assets: thin. What belongs here: grain, key, caveats. What does not: work, which is in `pipeline.run`."""
