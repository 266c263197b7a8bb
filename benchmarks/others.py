"""Engines by others, for one case at a time: each gets the network of comparisons and counts in its own language."""

from __future__ import annotations

import json
from collections.abc import Callable

from benchmarks.terms import Bits, Terms, cases

# --- zen-engine --------------------------------------------------------------------------------------------------


def zen(terms: Terms) -> Callable[[dict[str, int]], Bits]:
    """zen-engine: one expression node with every atom, count and conclusion, in order."""
    import zen as library

    expressions = []
    for bit in "np":
        for atom, number in terms.network.atoms.items():
            expressions.append({"id": f"{bit}{number}", "key": f"{bit}{number}", "value": terms.atom(bit, atom)})
        for (count, parts), number in terms.network.nodes.items():
            names = [f"$.{bit}{part}" for part in parts]
            if count == len(parts):
                value = " and ".join(names)
            elif count == 1:
                value = " or ".join(names)
            else:
                value = f"({' + '.join(f'({name} ? 1 : 0)' for name in names)}) >= {count}"
            expressions.append({"id": f"{bit}{number}", "key": f"{bit}{number}", "value": value})
    place = {"x": 0, "y": 0}
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": place},
        {
            "id": "rules",
            "type": "expressionNode",
            "name": "rules",
            "position": place,
            "content": {"expressions": expressions},
        },
        {"id": "out", "type": "outputNode", "name": "out", "position": place},
    ]
    edges = [{"id": "1", "sourceId": "in", "targetId": "rules", "type": "edge"}]
    edges.append({"id": "2", "sourceId": "rules", "targetId": "out", "type": "edge"})
    graph = json.dumps({"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges})
    decision = library.ZenEngine().create_decision(graph)
    numbers = sorted(set(terms.keys().values()))

    def run(inputs: dict[str, int]) -> Bits:
        result: dict[str, bool] = decision.evaluate(inputs)["result"]
        return {2 * n + place: result[f"{bit}{n}"] for n in numbers for place, bit in enumerate("np")}

    return run


# --- CLIPS -------------------------------------------------------------------------------------------------------


def clips(terms: Terms) -> Callable[[dict[str, int]], Bits]:
    """CLIPS: one fact a case, one rule a conclusion and bit, which asserts that it is so."""
    import clips as library

    environment = library.Environment()
    slots = sorted(terms.inputs(cases(terms.columnar.ruleset, 1)[0]))
    environment.build(f"(deftemplate case {' '.join(f'(slot {slot})' for slot in slots)})")
    environment.build("(deftemplate so (slot key))")
    written = {number: atom for atom, number in terms.network.atoms.items()}
    nodes = {number: key for key, number in terms.network.nodes.items()}

    def ask(number: int, bit: str) -> str:
        if number in written:
            tests = [part.split() for part in terms.atom(bit, written[number]).split(" or ")]
            asked = [f"({'=' if operator == '==' else operator} ?{name} {level})" for name, operator, level in tests]
            return asked[0] if len(asked) == 1 else f"(or {' '.join(asked)})"
        count, parts = nodes[number]
        inside = [ask(part, bit) for part in parts]
        if count == len(parts):
            return f"(and {' '.join(inside)})"
        if count == 1:
            return f"(or {' '.join(inside)})"
        return f"(>= (+ {' '.join(f'(if {part} then 1 else 0)' for part in inside)}) {count})"

    used = " ".join(f"({slot} ?{slot})" for slot in slots)
    for number in sorted(set(terms.keys().values())):
        for place, bit in enumerate("np"):
            key = 2 * number + place
            environment.build(f"(defrule r{key} (case {used}) (test {ask(number, bit)}) => (assert (so (key {key}))))")
    template, so = environment.find_template("case"), environment.find_template("so")
    numbers = sorted(set(terms.keys().values()))

    def run(inputs: dict[str, int]) -> Bits:
        environment.reset()
        template.assert_fact(**inputs)
        environment.run()
        fired = {int(fact["key"]) for fact in so.facts()}
        return {key: key in fired for n in numbers for key in (2 * n, 2 * n + 1)}

    return run
