"""mutants.py TREE [BATCHES [SEED]]: mutates the schemas of a copy of the workspace and runs its pins.

A build of the models takes long, so a batch mutates every second family at once, several times each. What must come out: the pins
of each mutated family fail, those of every other pass, and every mutant's word stands in its family's difference.
"""

import json
import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

TREE = Path(sys.argv[1])
BATCHES = int(sys.argv[2]) if len(sys.argv) > 2 else 4
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 1
PER_FAMILY = 3
PINS = TREE / "crates/models/tests/pins"
FILTERED = set()
EXTENDED = set()
SKIPPED = {"lock", "names", "versions", "inventories", "queries"}


def words(*files):
    """Every word of these: what is filtered by names fields that must stay, or the generator refuses the mutant."""
    return {word for file in files for word in re.findall(r"\w+", (TREE / "schemas" / file).read_text())}


def extended():
    """Types that one of another family extends: their members are that one's, too, and show in its pins."""
    for path in (TREE / "schemas").glob("*/*.json"):
        for node in json.loads(path.read_text()).get("$defs", {}).values():
            references = [part.get("$ref", "") for part in node.get("allOf", [])]
            yield from (reference.split("/")[-1] for reference in references if ".json#" in reference)


def run(*command):
    return subprocess.run(command, cwd=TREE, text=True, capture_output=True)


def properties(definitions):
    """(type, its properties) of plain objects with at least three members."""
    return [(name, node["properties"]) for name, node in definitions.items()
            if len(node.get("properties", {})) >= 3 and "anyOf" not in node and "discriminator" not in node]


def plain(node):
    return set(node) & {"$ref", "enum", "items", "additionalProperties", "x-aliases", "x-edit"} == set() and "type" in node


def mutate(rng, document, taken):
    """One change to a family's document: (what it is called, the words that must show), or nothing where there is nothing to change."""
    kind = rng.choice(["rename", "retype", "remove", "reorder", "value", "path", "param"])
    definitions, operations = document.get("$defs", {}), document.get("operations", [])
    if kind in ("rename", "retype", "remove", "reorder"):
        types = [(name, members) for name, members in properties(definitions) if name not in taken | EXTENDED]
        if not types:
            return None
        name, members = rng.choice(types)
        required = set(definitions[name].get("required", []))
        free = [key for key, node in members.items() if plain(node) and key not in required and key not in FILTERED]
        if not free:
            return None
        key = rng.choice(free)
        taken.add(name)
        if kind == "rename":
            definitions[name]["properties"] = {(k + "Mutant" if k == key else k): v for k, v in members.items()}
            return f"{name}.{key} renamed", [f"{key}Mutant"]
        if kind == "remove":
            del members[key]
            return f"{name}.{key} removed", [key]
        if kind == "retype":
            was = members[key]
            # `["integer", "null"]` is an integer.
            is_text = "string" in json.dumps(was.get("type"))
            members[key] = {"type": "integer"} if is_text else {"type": "string"}
            return f"{name}.{key} retyped", [key]
        keys = list(members)
        if keys[0] == keys[-1]:
            return None
        keys[0], keys[-1] = keys[-1], keys[0]
        definitions[name]["properties"] = {key: members[key] for key in keys}
        return f"{name}: {keys[0]} and {keys[-1]} change places", [keys[-1]]
    if kind == "value":
        enums = [(name, node) for name, node in definitions.items()
                 if len(node.get("enum", [])) >= 2 and "x-values" not in node and name not in taken]
        if not enums:
            return None
        name, node = rng.choice(enums)
        taken.add(name)
        value = node["enum"][-1]
        node["enum"][-1] = f"{value}Mutant"
        return f"{name}: {value} renamed", [f"{value}Mutant"]
    free = [operation for operation in operations if operation["operation"] not in taken and "?" not in operation["path"]]
    if not free:
        return None
    operation = rng.choice(free)
    if kind == "path":
        taken.add(operation["operation"])
        operation["path"] += "/mutant"
        return f"{operation['operation']}: another path", ["/mutant"]
    queries = [param for param in operation.get("params", []) if param.get("in") == "query" and not param.get("required")]
    if not queries:
        return None
    taken.add(operation["operation"])
    param = rng.choice(queries)
    old = param["name"]
    param["name"] = old + "Mutant"
    return f"{operation['operation']}: parameter {old} renamed", [f"{old}Mutant"]


def mutate_xsd(rng, text, family, taken):
    """The same for Enterprise Manager's XSD: one element of a type of the family, renamed or of another type."""
    parts = re.split(r'(?=<xs:appinfo><b:family name=")', text)
    at = next(i for i, part in enumerate(parts) if part.startswith(f'<xs:appinfo><b:family name="{family}"'))
    elements = [match for match in re.finditer(r'<xs:element name="(\w+)" type="xs:(string|long|int|boolean)"[^>]*minOccurs="0"', parts[at])
                if match[1] not in taken and match[1] not in FILTERED and "maxOccurs" not in match[0]]
    if not elements:
        return None, text
    element = rng.choice(elements)
    taken.add(element[1])
    if rng.random() < 0.5:
        new, words, said = element[0].replace(f'name="{element[1]}"', f'name="{element[1]}Mutant"', 1), [f"{element[1]}Mutant"], "renamed"
    else:
        to = "xs:boolean" if element[2] != "boolean" else "xs:string"
        new, words, said = element[0].replace(f"xs:{element[2]}", to, 1), [element[1]], "retyped"
    parts[at] = parts[at][:element.start()] + new + parts[at][element.end():]
    return (f"em {family}: {element[1]} {said}", words), "".join(parts)


def batch(number, originals, families):
    rng = random.Random(SEED * 1000 + number)
    chosen = [family for i, family in enumerate(families) if i % 2 == number % 2]
    for path, text in originals.items():
        path.write_text(text)
    wanted = {}
    for system, family in chosen:
        taken = set()
        found = []
        for _ in range(PER_FAMILY * 8):
            if len(found) == PER_FAMILY:
                break
            if system == "em":
                path = TREE / "schemas/em/em.xsd"
                mutant, text = mutate_xsd(rng, path.read_text(), family, taken)
                path.write_text(text)
            else:
                path = TREE / f"schemas/{system}/{family}.json"
                document = json.loads(path.read_text())
                mutant = mutate(rng, document, taken)
                if mutant:
                    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
            if mutant:
                found.append(mutant)
        if found:
            wanted[(system, family)] = found
    generated = run("cargo", "xtask", "codegen")
    if generated.returncode != 0:
        sys.exit(f"batch {number}: the generator refuses the mutants:\n{generated.stderr[-3000:]}")
    for new in PINS.rglob("*.snap.new"):
        new.unlink()
    tested = run("cargo", "test", "-p", "backhaul-models", "--features", "registry", "--test", "pins", "--no-fail-fast")
    if "running 4 tests" not in tested.stdout:
        sys.exit(f"batch {number}: the mutants do not compile:\n{tested.stderr[-3000:]}")
    # A module is named after its file, but for two.
    module = {("vb365", "core"): "common", ("em", "core"): "common"}
    failed = {(new.parent.name, new.name.removesuffix(".snap.new")) for new in PINS.rglob("*.snap.new")}
    mutants = missed = 0
    for (system, family), found in wanted.items():
        name = (system, module.get((system, family), family))
        old = (PINS / name[0] / f"{name[1]}.snap").read_text().splitlines()
        new = PINS / name[0] / f"{name[1]}.snap.new"
        # Lines by how often they stand: many types have a member of the same name.
        was, now = Counter(old), Counter(new.read_text().splitlines() if new.exists() else old)
        lines = (was - now) + (now - was)
        moved = new.exists() and new.read_text() != "\n".join(old)
        for said, words in found:
            mutants += 1
            caught = all(any(word in line for line in lines) for word in words) or "change places" in said and moved
            if not caught:
                missed += 1
                print(f"missed: {system} {family}: {said}")
    meant = {(system, module.get((system, family), family)) for system, family in wanted}
    for system, family in sorted(failed - meant):
        print(f"also fails: {system} {family}")
    print(f"batch {number}: {mutants} mutants in {len(wanted)} families, {missed} missed, {len(failed - meant)} other families fail", flush=True)
    return mutants, missed + len(failed - meant)


def main():
    FILTERED.update(words("em/queries.json", "zstack/inventories.json"))
    EXTENDED.update(extended())
    originals = {path: path.read_text() for system in ("em", "vb365", "zstack") for path in (TREE / "schemas" / system).iterdir()}
    families = [(system, path.stem) for system in ("vb365", "zstack") for path in sorted((TREE / "schemas" / system).glob("*.json"))
                if path.stem not in SKIPPED]
    families += [("em", name) for name in re.findall(r'b:family name="(\w+)"/', originals[TREE / "schemas/em/em.xsd"])]
    totals = [batch(number, originals, families) for number in range(BATCHES)]
    mutants, wrong = sum(total[0] for total in totals), sum(total[1] for total in totals)
    print(f"{mutants} mutants, {wrong} missed or caught elsewhere")
    sys.exit(1 if wrong else 0)


main()
