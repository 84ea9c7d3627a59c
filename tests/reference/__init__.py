"""An independent model of the scenarios: what each holder must be paid, by whom nobody of the package was asked.

It imports nothing of rwa_deploy. Dates and day counts come from QuantLib, money is counted in integers and Fractions,
and what happens in a scenario stands in `scenarios`. It shares with the scenarios only their data: who is in the cast,
who was allotted, traded and offered what, and the tax table.

`python -m tests.reference` writes scripts/scenarios/expected/*.csv.
"""
