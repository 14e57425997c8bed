"""The JSON Schemas of the documentation."""

import json
from pathlib import Path

import jsonschema
import referencing

FOLDER = Path(__file__).parent.parent.parent / "docs/src"


def validator(name):
    """What checks a document against this schema, in which a field that is not documented is an error."""

    def closed(schema):
        if isinstance(schema, list):
            return [closed(item) for item in schema]
        if not isinstance(schema, dict):
            return schema
        strict = {key: closed(value) for key, value in schema.items()}
        if "properties" in strict and schema.get("type") == "object":
            strict.setdefault("additionalProperties", False)
        return strict

    read = {path.name: closed(json.loads(path.read_text())) for path in FOLDER.glob("*.schema.json")}
    for schema in read.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    named = [(schema["$id"], referencing.Resource.from_contents(schema)) for schema in read.values()]
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    return jsonschema.Draft202012Validator(read[name], registry=referencing.Registry().with_resources(named), format_checker=checker)
