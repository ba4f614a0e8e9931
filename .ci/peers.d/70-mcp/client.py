"""Asks `backhaul mcp` what an assistant would ask, and compares."""
import asyncio
import json
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client


async def main(binary):
    parameters = StdioServerParameters(command=binary, args=["mcp", "--demo", "--max-rows", "20"])
    async with stdio_client(parameters) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        tools = (await session.list_tools()).tools
        names = sorted(tool.name for tool in tools)
        assert names == ["explain", "jobs", "operations", "query", "types", "usage"], names
        assert all(tool.annotations.read_only_hint for tool in tools), tools

        async def ask(name, **question):
            result = await session.call_tool(name, question)
            text = result.content[0].text
            return (None, text) if result.is_error else (json.loads(text), None)

        usage, _ = await ask("usage", limit=3)
        assert len(usage["rows"]) == 3 and not usage["complete"] and "left_out" in usage, usage
        used = [row["used_bytes"] for row in usage["rows"]]
        assert used == sorted(used, reverse=True), used
        jobs, _ = await ask("jobs", failed=True)
        assert {row["system"] for row in jobs["rows"]} >= {"em", "vb365"}, jobs
        tenants, _ = await ask("query", type="em.CloudTenant", filter="Enabled==false", fields=["Name"], sort="Name")
        assert [row["Name"] for row in tenants["rows"]] == ["Former Customer Ltd."] and tenants["complete"], tenants
        explained, _ = await ask("explain", type="em.CloudTenant", filter="Enabled==false;Name==web*")
        assert explained["rows"][0]["filtered_here"] == "Name==web*", explained
        types, _ = await ask("types", target="em.CloudTenant")
        assert any(field["wire"] == "LeaseOptions" for field in types["rows"][0]["fields"]), types
        operations, _ = await ask("operations", target="vb365", words=["usedRepositories"])
        assert any(row["operation"] == "Organization_GetStorageSpaceUsage" for row in operations["rows"]), operations

        # What is wrong is told, and reads no file.
        _, why = await ask("query", type="em.CloudTenat")
        assert "CloudTenant" in why, why
        _, why = await ask("usage", filter="@/etc/passwd")
        assert "files are not read" in why, why
        _, why = await ask("query", type="--help")
        assert why, why
    print("the MCP client was answered as a person would be")


asyncio.run(main(sys.argv[1]))
