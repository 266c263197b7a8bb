"""The JSON Schemas of what is read and written as YAML and JSON, generated from the models that do it."""

from __future__ import annotations

import json
from typing import Any

from assess.evidence.model import Assessment
from assess.explain.change import Comparison
from assess.explain.whatif import VerdictAndWhatIf
from assess.plan import Plan
from assess.ruleset.model import RuleSet
from assess.verdict import Verdict

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def verdict_schema() -> str:
    """The schema of ``assess run --json``, for one file."""
    schema = Verdict.model_json_schema(by_alias=True, mode="serialization")
    return _written({"$schema": _DRAFT, **schema})


def whatif_schema() -> str:
    """The schema of ``assess run --json --whatif``, for one file."""
    return _written({"$schema": _DRAFT, **VerdictAndWhatIf.model_json_schema(by_alias=True, mode="serialization")})


def comparison_schema() -> str:
    """The schema of ``assess compare --json``."""
    return _written({"$schema": _DRAFT, **Comparison.model_json_schema(by_alias=True, mode="serialization")})


def plan_schema() -> str:
    """The schema of ``assess plan --json``."""
    return _written({"$schema": _DRAFT, **Plan.model_json_schema(by_alias=True, mode="serialization")})


def assessment_schema(ruleset: RuleSet) -> str:
    """The schema of an assessment file, with the ids of this rule set, so that editors can complete them."""
    schema = Assessment.model_json_schema()
    parts: dict[str, Any] = schema["$defs"]
    evidence = parts["Evidence"]["properties"]
    evidence["indicator"]["enum"] = list(ruleset.indicator)
    evidence["source"]["enum"] = list(ruleset.source)
    schema["properties"]["readings"]["propertyNames"] = {"enum": list(ruleset.indicator)}
    schema["properties"]["positions"]["propertyNames"] = {"enum": list(ruleset.indicator)}
    evidence["rating"] = {"title": "Rating", "enum": [*ruleset.scale.levels, *ruleset.unrated]}
    parts["Event"]["properties"]["type"]["enum"] = list(ruleset.event)
    parts["Action"]["properties"]["strategy"]["enum"] = list(ruleset.strategy)
    community = parts["Community"]["properties"]
    community["type"] = {"title": "Type", "enum": [*(kind.id for kind in ruleset.types), None], "default": None}
    community["attributes"] = {
        "title": "Attributes",
        "type": "object",
        "additionalProperties": False,
        "properties": {a.id: {"enum": list(a.level_ids)} for a in ruleset.attributes},
    }
    return _written({"$schema": _DRAFT, **schema})


def _written(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"
