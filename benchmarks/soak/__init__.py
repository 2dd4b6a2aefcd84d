"""`make soak`: a year of the demo portal, day by day through the real job; beside it a month in which runs are killed.

What belongs here: living through both (`year`, `month`), the world that they live in (`world`), comparing what they
leave with what must be there. What does not: the year's script and its expected events (`demo.year`).
"""
