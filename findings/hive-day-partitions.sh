#!/usr/bin/env bash
# DuckDB 2.0.1, Polars 2.1.0, pandas 3.1.1 on pyarrow 26.0.1 (Python 3.11): four readings of one folder of Parquet files whose day stands in
# the path only (`day=2026-10-31/run.parquet`), as many stores lay them out.
#
# Seen:
# - DuckDB, by a glob: the column `day` is there, a DATE.
# - Polars, by the folder: `day` is there, a Date. Polars, by the same glob as DuckDB: no column `day` at all, and no word about it.
# - pyarrow, by the folder: a dictionary of strings. pandas makes an unordered category of it, so that `frame[frame.day >= "2026-10-31"]`
#   raises TypeError ("Unordered Categoricals can only compare equality or not"), while `filters=[("day", ">=", "2026-10-31")]` works.
#
# What follows for a store that all of them shall read: the day belongs into a column of the files, too.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" --quiet --disable-pip-version-check install duckdb==2.0.1 polars==2.1.0 pandas==3.1.1 pyarrow==26.0.1
cd "$work"
env/bin/python - <<'PY'
import os
import duckdb
import pandas
import polars
import pyarrow
import pyarrow.parquet

for day in ("2026-10-30", "2026-10-31"):
    os.makedirs(f"store/day={day}")
    pyarrow.parquet.write_table(pyarrow.table({"used_bytes": [1, 2]}), f"store/day={day}/run.parquet")

by_duckdb = dict(row[:2] for row in duckdb.sql("describe select * from read_parquet('store/**/*.parquet')").fetchall())
print("DuckDB, glob:", by_duckdb)
assert by_duckdb["day"] == "DATE", "changed"

folder, glob = polars.read_parquet("store/").schema, polars.read_parquet("store/**/*.parquet").schema
print("Polars, folder:", folder, "glob:", glob)
assert folder["day"] == polars.Date and "day" not in glob, "changed"

schema = pyarrow.parquet.read_table("store").schema
print("pyarrow:", schema.field("day").type)
assert schema.field("day").type == pyarrow.dictionary(pyarrow.int32(), pyarrow.string()), "changed"

frame = pandas.read_parquet("store")
assert str(frame.dtypes["day"]) == "category" and not frame["day"].cat.ordered, "changed"
try:
    frame[frame.day >= "2026-10-31"]
    raise SystemExit("changed: pandas compares the days")
except TypeError as error:
    print("pandas:", error)
assert len(pandas.read_parquet("store", filters=[("day", ">=", "2026-10-31")])) == 2, "changed"
PY
echo "as described"
