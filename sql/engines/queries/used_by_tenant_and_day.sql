-- What each tenant used on each day, with what lay in object storage.
SELECT tenant, day, sum(used_bytes) AS used_bytes, sum(object_storage_bytes) AS object_storage_bytes, count(*) AS rows
FROM history
GROUP BY tenant, day
ORDER BY tenant, day
