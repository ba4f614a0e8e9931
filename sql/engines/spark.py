"""Spark's answers to the queries, as CSV, from the same Parquet files.

    python spark.py STORE QUERY.sql

`local[2]`: one process with two workers' threads. `local-cluster` needs a full Spark distribution with its scripts, which the package
of PyPI lacks.
"""

import csv
import os
import sys

from pyspark.sql import SparkSession

store, query = sys.argv[1:]
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.sql.shuffle.partitions", "4")
    .config("spark.driver.memory", os.environ.get("SPARK_MEMORY", "2g"))
    .config("spark.sql.session.timeZone", "UTC")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")
spark.read.parquet(store).createOrReplaceTempView("history")
with open(query, encoding="utf-8") as file:
    rows = spark.sql(file.read())
writer = csv.writer(sys.stdout, lineterminator="\n")
writer.writerow(rows.columns)
for row in rows.collect():
    writer.writerow("" if value is None else value for value in row)
spark.stop()
