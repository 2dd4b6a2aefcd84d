"""A marimo notebook over the published database: what was issued, what was in force, who repeals what.

What belongs here: questions, their SQL and a chart for each. What does not: views and macros (`warehouse/views`), which
do the work. Open it with `marimo edit notebooks/overview.py`; POLICYWATCH_HOME names the home folder.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="policywatch")


@app.cell
def _():
    import os
    from pathlib import Path

    import altair as alt
    import duckdb
    import marimo as mo

    WIDTH = 560
    TOP = alt.Legend(orient="top")
    return Path, TOP, WIDTH, alt, duckdb, mo, os


@app.cell
def _(Path, duckdb, os):
    database = Path(os.environ.get("POLICYWATCH_HOME", "policywatch-home")) / "published" / "policies.duckdb"
    connection = duckdb.connect(str(database), read_only=True)
    connection.execute("SET TimeZone = 'UTC'")

    def ask(sql, *parameters):
        """Rows as dicts, days and instants as ISO 8601: what a chart takes."""
        cursor = connection.execute(sql, list(parameters))
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        return [
            {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in row.items()}
            for row in rows
        ]

    return ask, database


@app.cell
def _(ask, database, mo):
    freshness = ask("""
        SELECT source, title, last_good_at, health, pages, policies FROM sources
        WHERE last_crawl_at IS NOT NULL ORDER BY policies DESC
    """)
    mo.vstack(
        [
            mo.md(
                f"# What the policies say\n\nFrom `{database}`. An answer is as fresh as the source's last good look."
            ),
            mo.ui.table(freshness, selection=None, page_size=12),
        ]
    )
    return (freshness,)


@app.cell
def _(mo):
    mo.md("""
    ## Issued, month by month

    By the day of signature, where none is printed by that of publication. Policies that print neither are left out, and
    counted below the chart.
    """)


@app.cell
def _(TOP, WIDTH, alt, ask, mo):
    issued = ask("""
        SELECT date_trunc('month', coalesce(signed_date, published_date))::DATE AS month, source, count(*) AS policies
        FROM policies WHERE coalesce(signed_date, published_date) IS NOT NULL GROUP BY ALL ORDER BY ALL
    """)
    undated = ask("SELECT count(*) AS n FROM policies WHERE coalesce(signed_date, published_date) IS NULL")[0]["n"]
    issued_chart = (
        alt.Chart(alt.Data(values=issued))
        .mark_bar()
        .encode(
            x=alt.X("yearmonth(month):T", title=None),
            y=alt.Y("sum(policies):Q", title="policies issued", axis=alt.Axis(tickMinStep=1)),
            color=alt.Color("source:N", title=None, legend=TOP),
            tooltip=[alt.Tooltip("yearmonth(month):T", title="month"), "source:N", "policies:Q"],
        )
        .properties(width=WIDTH, height=220)
    )
    mo.vstack([issued_chart, mo.md(f"Without any date: {undated}.")])
    return issued, issued_chart


@app.cell
def _(mo):
    mo.md("""
    ## In force, by both clocks

    How many policies were in force at the end of each month: as we know it today, and as we knew it at that time. The
    distance between the lines is what was learned late: a repeal published after the fact, a status corrected.
    """)


@app.cell
def _(TOP, WIDTH, alt, ask):
    COUNT = "SELECT count(*) AS policies FROM in_force(?, as_known_at := ?)"
    month_ends = ask("""
        SELECT last_day(month)::DATE AS day, (last_day(month) + INTERVAL 1 DAY)::TIMESTAMPTZ AS instant
        FROM (SELECT min(known_from) AS first, max(known_from) AS last FROM effect) AS bounds,
            generate_series(first::DATE, last::DATE, INTERVAL 1 MONTH) AS months (month)
        ORDER BY day
    """)
    force = [
        {"day": end["day"], "clock": clock, **ask(COUNT, end["day"], known)[0]}
        for end in month_ends
        for clock, known in (("as known today", None), ("as known then", end["instant"]))
    ]
    force_chart = (
        alt.Chart(alt.Data(values=force))
        .mark_line(interpolate="step-after", point=True)
        .encode(
            x=alt.X("day:T", title=None),
            y=alt.Y("policies:Q", title="policies in force"),
            color=alt.Color("clock:N", title=None, legend=TOP),
            strokeDash=alt.StrokeDash("clock:N", legend=None),
            tooltip=["day:T", "clock:N", "policies:Q"],
        )
        .properties(width=WIDTH, height=220)
    )
    force_chart
    return force, force_chart


@app.cell
def _(mo):
    mo.md("""
    ## Who repeals what

    By the body that ends. Only documents that were found are counted: what is cited but not known stays out until it
    is crawled. The table gives the words.
    """)


@app.cell
def _(TOP, WIDTH, alt, ask, mo):
    repeals = ask("""
        SELECT
            coalesce(array_to_string(any_value(p.issuers), '、'), '(not printed)') AS issuer, c.relation,
            any_value(coalesce(c.citing_number, c.citing_title)) AS ending,
            any_value(coalesce(c.bound_number, c.bound_title)) AS ended,
            string_agg(DISTINCT c.scope, '、') AS scope, min(c.quote) AS quote, min(c.binding_rule) AS binding_rule
        FROM citations AS c INNER JOIN policies AS p USING (policy_id)
        WHERE c.relation IN ('repeals', 'partially_repeals') AND c.bound_policy_id IS NOT NULL
        GROUP BY c.policy_id, c.bound_policy_id, c.relation ORDER BY ALL
    """)
    repeals_chart = (
        alt.Chart(alt.Data(values=repeals))
        .mark_bar()
        .encode(
            x=alt.X("count():Q", title="documents ended", axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("issuer:N", sort="-x", title=None, axis=alt.Axis(labelLimit=320)),
            color=alt.Color("relation:N", title=None, legend=TOP),
            tooltip=["issuer:N", "relation:N", "count():Q"],
        )
        .properties(width=WIDTH - 240)
    )
    mo.vstack([repeals_chart, mo.ui.table(repeals, selection=None, page_size=10)])
    return repeals, repeals_chart


@app.cell
def _(mo):
    mo.md("""
    ## What comes next, and what just came

    The calendar, latest day first: what begins or ends by dates that are printed. No crawl is needed to know it.
    """)


@app.cell
def _(ask, mo):
    coming = ask("SELECT day, what, number, title, reason, quote FROM calendar ORDER BY day DESC, number LIMIT 200")
    mo.ui.table(coming, selection=None, page_size=10)
    return (coming,)


if __name__ == "__main__":
    app.run()
