"""The same with Spark, which needs Java."""
import importlib.metadata
import json
import pathlib
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

work = pathlib.Path(sys.argv[1])
rows = json.load(open(work / "rows.json"))
known = [row["used_bytes"] for row in rows if row["used_bytes"] is not None]
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.sql.shuffle.partitions", "2")
    .config("spark.sql.session.timeZone", "UTC")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")
frame = spark.read.parquet(str(work / "store"))
types = dict(frame.dtypes)
assert (types["used_bytes"], types["tenant"], types["available"]) == ("bigint", "string", "boolean"), types
assert (types["collected_at"], types["day"], types["system"]) == ("timestamp", "date", "string"), types
used = frame.used_bytes
found = frame.agg(f.count("*"), f.sum(used), f.max(used), f.count_if(used.isNull()), f.min("collected_at").cast("string")).first()
assert tuple(found[:4]) == (len(rows), sum(known), max(known), len(rows) - len(known)), (found, len(rows), sum(known))
collected = min(row["collected_at"] for row in rows)
assert found[4] == collected.replace("T", " ").removesuffix("Z"), (found[4], collected)
print(f"pyspark {importlib.metadata.version('pyspark')}: bigint, timestamp")
spark.stop()
