"""Every history asked by both clocks at the same points: four legal days, each as it was known on three days.

What belongs here: the asking and the form of the answers. What does not: the answers (`answers`).
"""

from collections import defaultdict

KNOWN = ("2021-01-10", "2021-03-10", "2021-12-31")
DAYS = ("2020-01-20", "2020-06-01", "2021-04-15", "2021-12-01")
SIGNS = {
    "in_force": "+", "not_yet_in_force": "<", "expired": "x", "repealed": "r", "suspended": "s", "not_in_force": "-",
    "unknown": "?",
}  # fmt: skip
NOT_KNOWN = "."
"""A policy that nobody had seen by then."""


def asked(world):
    """By title: a word per day of KNOWN, in it a sign per day of DAYS, as in `<++x <+++ <+++`; several policies of one
    title have their signs side by side, as in `(+r)`.
    """
    found = defaultdict(lambda: defaultdict(set))
    for known in KNOWN:
        for day in DAYS:
            sql = "SELECT title, status FROM policies_on(?, as_known_at := ?)"
            for title, status in world.rows(sql, [world.day(day), world.at(known)]):
                found[title][known, day].add(SIGNS[status])
    return {
        title: " ".join("".join(_sign(signs[known, day]) for day in DAYS) for known in KNOWN)
        for title, signs in found.items()
    }


def _sign(signs):
    if len(signs) > 1:
        return f"({''.join(sorted(signs))})"
    return next(iter(signs), NOT_KNOWN)


def read_answers(path):
    """`answers.txt`: by history, (title, both clocks, intervals, versions) per policy, and the events or None."""
    found, name = {}, ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("    ! "):
            found[name][1].append(line[6:])
        elif line.startswith("    "):
            title, signs, force, versions = line[4:].split(" | ")
            found[name][0][title] = (signs, [item for item in force.split("; ") if item], versions.split("; "))
        elif line and not line.startswith("#"):
            name = line
            found[name] = ({}, [])
    return {name: (policies, events or None) for name, (policies, events) in found.items()}
