-- The ten tenants that grew most, by their first and last day.
WITH ends AS (
    SELECT server, tenant, min(day) AS first, max(day) AS last FROM history GROUP BY server, tenant
)
SELECT e.server, e.tenant, sum(CASE WHEN h.day = e.last THEN h.used_bytes ELSE -h.used_bytes END) AS grown
FROM ends AS e JOIN history AS h ON h.server = e.server AND h.tenant = e.tenant AND h.day IN (e.first, e.last)
WHERE e.first < e.last
GROUP BY e.server, e.tenant
ORDER BY grown DESC, e.server, e.tenant
LIMIT 10
