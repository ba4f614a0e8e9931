-- Repositories of one system that were more than nine tenths full on any day, capacity taken once per repository.
SELECT server, repository, count(DISTINCT day) AS days, max(capacity_bytes - free_bytes) AS taken_bytes
FROM history
WHERE system = 'em' AND capacity_bytes > 0 AND (capacity_bytes - free_bytes) * 10 > capacity_bytes * 9
GROUP BY server, repository
ORDER BY server, repository
