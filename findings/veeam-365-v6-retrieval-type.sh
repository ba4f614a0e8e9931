#!/usr/bin/env bash
# PyPI veeam-365 0.4.1 (Python 3.11): a data retrieval session of type "RetrievalChangeAvailabilityPeriodDays" cannot be read with API
# version v6, though v7 and v8 read it.
#
# Behaviour: the generated enum of v6 has the value "RetrievalChangeAvailabilityPeriodDays," (with a comma at its end). The vendor's
# OpenAPI document of v6 prints the comma inside the value, v7's and v8's do not, and the generator took it as it stood. Closed enums
# turn one such slip into a listing that cannot be read.
#
# Seen: ValueError: 'RetrievalChangeAvailabilityPeriodDays' is not a valid RESTDataRetrievalSessionType
#
# backhaul reads it: `schemas/vb365` has the value without the comma, and an unknown value would be kept.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/env"
"$work/env/bin/pip" --quiet --disable-pip-version-check install veeam-365==0.4.1
"$work/env/bin/python" - <<'PY'
import importlib

VALUE = "RetrievalChangeAvailabilityPeriodDays"
seen = {}
for version in ("v6", "v7", "v8"):
    kind = importlib.import_module(f"veeam_365.{version}.models.rest_data_retrieval_session_type").RESTDataRetrievalSessionType
    try:
        seen[version] = kind(VALUE).value
    except ValueError as error:
        seen[version] = str(error)
print(seen)
assert seen["v7"] == seen["v8"] == VALUE, "changed"
assert seen["v6"].endswith("is not a valid RESTDataRetrievalSessionType"), "changed: v6 reads it now"
PY
echo "as described"
