"""Figures: what policywatch costs, beside a peer in the same run on the same machine.

What belongs here: measuring, printing, writing docs/benchmarks.md. What does not: tests; nothing here decides whether
the suite is green. `python -m benchmarks --help` says how to run them.
"""
