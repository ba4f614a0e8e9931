"""Reads a store with five readers, and compares types and sums with the rows as the command printed them."""
import datetime
import importlib.metadata
import json
import pathlib
import sys

import chdb
import duckdb
import pandas
import polars
import pyarrow
import pyarrow.dataset

work = pathlib.Path(sys.argv[1])
store = work / "store"
rows = json.load(open(work / "rows.json"))
known = [row["used_bytes"] for row in rows if row["used_bytes"] is not None]
wanted = (len(rows), sum(known), max(known), len(rows) - len(known))
at = datetime.datetime.fromisoformat(rows[0]["collected_at"].replace("Z", "+00:00"))


def check(reader, found, types, time):
    version = importlib.metadata.version(reader)
    assert tuple(int(number) for number in found) == wanted, (reader, version, found, wanted)
    assert abs((time - at).total_seconds()) < 60, (reader, version, time, at)
    print(f"{reader} {version}: {types}")


# DuckDB
view = f"read_parquet('{store}/*/*/*.parquet', hive_partitioning = true)"
types = {row[0]: row[1] for row in duckdb.sql(f"DESCRIBE SELECT * FROM {view}").fetchall()}
assert (types["used_bytes"], types["tenant"], types["available"]) == ("BIGINT", "VARCHAR", "BOOLEAN"), types
assert (types["collected_at"], types["day"], types["system"]) == ("TIMESTAMP WITH TIME ZONE", "DATE", "VARCHAR"), types
found = duckdb.sql(
    f"SELECT count(*), sum(used_bytes), max(used_bytes), count(*) - count(used_bytes) FROM {view}"
).fetchall()[0]
seconds = duckdb.sql(f"SELECT epoch(min(collected_at)) FROM {view}").fetchall()[0][0]
check("duckdb", found, "BIGINT, TIMESTAMP WITH TIME ZONE", datetime.datetime.fromtimestamp(seconds, datetime.UTC))

# Polars
frame = polars.read_parquet(f"{store}/**/*.parquet", hive_partitioning=True)
assert frame.schema["used_bytes"] == polars.Int64 and frame.schema["tenant"] == polars.String, frame.schema
assert frame.schema["collected_at"] == polars.Datetime("us", "UTC"), frame.schema
used = frame["used_bytes"]
check("polars", (frame.height, used.sum(), used.max(), used.null_count()), "Int64, Datetime(us, UTC)", frame["collected_at"].min())

# pyarrow
table = pyarrow.dataset.dataset(store, format="parquet", partitioning="hive").to_table()
assert table.schema.field("used_bytes").type == pyarrow.int64() and table.schema.field("tenant").type == pyarrow.string()
assert table.schema.field("collected_at").type == pyarrow.timestamp("us", tz="UTC"), table.schema
used = table["used_bytes"]
numbers = [value for value in used.to_pylist() if value is not None]
check("pyarrow", (len(used), sum(numbers), max(numbers), used.null_count), "int64, timestamp[us, tz=UTC]", min(table["collected_at"].to_pylist()))

# pandas: with its own nullable integers, since its floats lose the last digit of a number beyond 2^53 beside a null.
frame = pandas.read_parquet(store, dtype_backend="numpy_nullable")
assert str(frame["used_bytes"].dtype) == "Int64" and str(frame["collected_at"].dtype).endswith("UTC]"), frame.dtypes
used = frame["used_bytes"]
check("pandas", (len(frame), used.sum(), used.max(), used.isna().sum()), "Int64, datetime64[UTC]", frame["collected_at"].min().to_pydatetime())

# ClickHouse
source = f"file('{store}/*/*/*.parquet', Parquet)"
types = dict(line.split("\t")[:2] for line in str(chdb.query(f"DESCRIBE {source}", "TSVRaw")).splitlines())
assert types["used_bytes"] == "Nullable(Int64)" and types["tenant"] == "Nullable(String)", types
assert types["collected_at"].startswith("Nullable(DateTime64(6, 'UTC')"), types
found = str(chdb.query(f"SELECT count(*), sum(used_bytes), max(used_bytes), countIf(used_bytes IS NULL) FROM {source}", "TSV")).split()
seconds = float(str(chdb.query(f"SELECT toUnixTimestamp(min(collected_at)) FROM {source}", "TSV")))
check("chdb", found, "Nullable(Int64), Nullable(DateTime64(6, UTC))", datetime.datetime.fromtimestamp(seconds, datetime.UTC))
