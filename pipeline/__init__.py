"""Read, orchestrate, tell: parsers, Dagster definitions, alerts and the command line. No SQL of its own, no fetching."""
