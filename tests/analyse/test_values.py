"""The rule by which one record stands for several, held against the rule written out record by record."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policylab.analyse.values import MISLABELLED, pick_values

RECORDS = st.fixed_dictionaries(
    {
        "report_id": st.sampled_from(["320804-2023", "320804-2023-2", "320804-2022"]),
        "low": st.sampled_from(["5", "6", "60", None]),
        "unit": st.sampled_from(["%", "亿元"]),
        "headline": st.booleans(),
        "source_kind": st.sampled_from(["report", "citation"]),
        "scope": st.sampled_from(["whole", "whole", "whole", "高新区"]),
        "status": st.sampled_from(["auto", "auto", "rejected"]),
        "kind": st.sampled_from(["target", "target", "actual"]),
        "period": st.sampled_from(["2023", "2023", "2022"]),
        "start": st.sampled_from([3, 10, 10]),
        "end": st.sampled_from([20, 28]),
        "as_written": st.sampled_from(["5%", "6%"]),
    }
)


def weigh(row):
    """Return the place of a record in the order that the module states."""
    is_number, span = row["low"] is not None, (row["start"], row["end"])
    return (
        row["source_kind"] == "citation",
        not row["headline"],
        not is_number,
        bool(row["flag"]),
        is_number and row["unit"] != "%",
        len(row["report_id"]),
        row["report_id"],
        (float("inf"),) * 2 if row["source_kind"] == "citation" else span,
        float(row["low"] or "inf") * (1e8 if row["unit"] != "%" else 1),
        row["as_written"],
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    records=st.lists(RECORDS, min_size=1, max_size=8),
    wrong=st.sets(st.integers(0, 7)),
    kind=st.sampled_from(["target", "actual"]),
)
def test_the_record_that_stands_is_the_first_by_the_rule(make_table, records, wrong, kind):
    """Of any records, the one that stands is the least by the stated order, and the counts are of what there was."""
    table = make_table(*records)
    flags = [f"{MISLABELLED} 2022" if number in wrong else flag for number, flag in enumerate(table["flag"])]
    table = table.assign(flag=flags).astype({"flag": "str"})
    period = "2023" if kind == "target" else "2022"
    there = [
        row
        for row in ({**record, "flag": flag} for record, flag in zip(records, flags, strict=True))
        if (row["kind"], row["period"], row["scope"]) == (kind, period, "whole")
        and row["status"] != "rejected"
        and not row["flag"].startswith(MISLABELLED)
    ]
    picked = pick_values(table, kind=kind, indicators=["gdp_growth"], report_year=2023)
    assert len(picked) == bool(there)
    if there:
        first, row = min(there, key=weigh), picked.iloc[0]
        found = {name: row[name] for name in ("report_id", "headline", "source_kind", "as_written")}
        assert found == {name: first[name] for name in found}
        assert (row["low"] == float(first["low"])) if first["low"] else row["low"] != row["low"]
        assert row["n_records"] == len(there)
        assert row["n_values"] == len({(each["low"], each["unit"]) for each in there if each["low"]})
