"""Read, orchestrate, tell: parsers, Dagster, alerts, the command line. No SQL of its own, no fetching."""
