"""Repeats the rows of a report's last table until there are 25,000: what a fleet of a thousand servers gives."""
import re
import sys

page = open(sys.argv[1], encoding="utf-8").read()
head, table = page.rsplit("<tbody>\n", 1)
body, tail = table.split("</table>", 1)
rows = re.findall(r"<tr.*\n", body)
many = [rows[at % len(rows)].replace("<th scope=row>", f"<th scope=row>{at} ", 1) for at in range(25_000)]
many.insert(500, "<tbody class=more>\n")
tools = "" if "searchable" in head.rsplit("<h2", 1)[1] else None
assert tools is not None, "the demo has too few rows for a search"
open(sys.argv[2], "w", encoding="utf-8").write(head + "<tbody>\n" + "".join(many) + "</table>" + tail)
