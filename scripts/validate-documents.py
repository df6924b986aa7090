"""Judges docs/asyncapi.yaml, docs/openapi.yaml and docs/topology.json: structure, every $ref, every schema, every example."""

import json
import pathlib
import re
import sys

import yaml
from jsonschema import Draft202012Validator, FormatChecker

FAULTS = []


def fault(place, message):
    FAULTS.append(f"{place}: {message}")


def resolve(document, reference):
    """What a local reference points to; raises KeyError where there is nothing."""
    if not reference.startswith("#/"):
        raise KeyError(reference)
    value = document
    for part in reference[2:].split("/"):
        part = part.replace("~1", "/").replace("~0", "~")
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def check_references(name, document):
    count = 0

    def walk(value, place):
        nonlocal count
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                count += 1
                try:
                    resolve(document, value["$ref"])
                except (KeyError, IndexError, ValueError, TypeError):
                    fault(f"{name} {place}", f"{value['$ref']} points to nothing")
            for key, member in value.items():
                walk(member, f"{place}/{key}")
        elif isinstance(value, list):
            for index, member in enumerate(value):
                walk(member, f"{place}/{index}")

    walk(document, "#")
    return count


def validator(document, schema):
    """A validator for a schema whose references are pointers into the document."""
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": document.get("components", {}), **schema}
    return Draft202012Validator(whole, format_checker=FormatChecker())


def check_schema(place, schema):
    for error in Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(schema):
        fault(place, f"is no JSON Schema 2020-12: {error.message}")


def check_example(place, document, schema, example):
    for error in validator(document, schema).iter_errors(example):
        fault(place, f"the example is refused at {error.json_path}: {error.message}")


def check_asyncapi(name, document):
    """The rules of AsyncAPI 3.0 that concern what we use: who must refer to whom, and which members there may be."""
    if document.get("asyncapi") != "3.0.0":
        fault(name, "asyncapi must be 3.0.0")
    for member in ("title", "version"):
        if not isinstance(document["info"].get(member), str):
            fault(name, f"info.{member} is missing")
    allowed = {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components"}
    for member in document.keys() - allowed:
        fault(name, f"unknown member {member}")
    for key, channel in document["channels"].items():
        check_channel(f"{name} channel {key}", document, channel)
    for key, operation in document["operations"].items():
        check_operation(f"{name} operation {key}", document, operation)
    schemas, messages = document["components"]["schemas"], document["components"]["messages"]
    for key in [*schemas, *messages, *document["channels"]]:
        if not re.fullmatch(r"[A-Za-z0-9._-]+", key):
            fault(name, f"{key} is no component key")
    for key, schema in schemas.items():
        check_schema(f"{name} schema {key}", schema)
    for key, message in messages.items():
        place = f"{name} message {key}"
        schema = message["payload"]
        if not message.get("examples"):
            fault(place, "has no example")
        for example in message.get("examples", []):
            check_example(place, document, schema, example["payload"])
            if example["payload"].get("type") != key:
                fault(place, "the example is of another type")
            if not list(validator(document, schema).iter_errors({**example["payload"], "type": "other"})):
                fault(place, "the schema takes a message of another type")
            # A schema that takes everything would take this too.
            if not list(validator(document, schema).iter_errors({**example["payload"], "data": 5})):
                fault(place, "the schema takes data that is no object")
    return f"{len(document['channels'])} channels, {len(document['operations'])} operations, {len(messages)} messages with examples"


def check_channel(place, document, channel):
    for parameter in re.findall(r"{([^}]+)}", channel["address"]):
        if parameter not in channel.get("parameters", {}):
            fault(place, f"the parameter {parameter} is not described")
    binding = channel["bindings"]["amqp"]
    if binding.get("bindingVersion") != "0.3.0":
        fault(place, "the binding's version is missing")
    kind, other = ("queue", "exchange") if binding["is"] == "queue" else ("exchange", "queue")
    if binding["is"] not in ("queue", "routingKey") or kind not in binding or other in binding:
        fault(place, f"a binding that is a {binding['is']} says what {kind} it has, and nothing else")
    allowed = {"is", "bindingVersion", kind}
    for member in binding:
        if member not in allowed and not member.startswith("x-"):
            fault(place, f"unknown member {member} in the binding")
    allowed = {"name", "durable", "autoDelete", "vhost"} | ({"exclusive"} if kind == "queue" else {"type"})
    for member in binding[kind].keys() - allowed:
        fault(place, f"unknown member {member} of the {kind}")
    for reference in channel["messages"].values():
        if not reference["$ref"].startswith("#/components/messages/"):
            fault(place, "a message must be one of the components")


def check_operation(place, document, operation):
    if operation["action"] not in ("send", "receive"):
        fault(place, "the action is neither send nor receive")
    uses = [operation] + ([operation["reply"]] if "reply" in operation else [])
    for use in uses:
        channel = use["channel"]["$ref"]
        if not channel.startswith("#/channels/"):
            fault(place, "its channel must be one of the root's")
        for message in use["messages"]:
            if not message["$ref"].startswith(f"{channel}/messages/"):
                fault(place, f"{message['$ref']} is no message of its channel")
    if "reply" in operation and not re.match(r"^\$message\.(header|payload)#(/.*)+", operation["reply"]["address"]["location"]):
        fault(place, "the reply's address is no runtime expression")
    if set(operation.get("bindings", {}).get("amqp", {})) - {"deliveryMode", "mandatory", "ack", "priority", "bindingVersion"}:
        fault(place, "unknown member in the binding")


def check_openapi(name, document):
    from openapi_spec_validator import OpenAPIV31SpecValidator

    for error in OpenAPIV31SpecValidator(document).iter_errors():
        fault(name, f"{'/'.join(map(str, error.absolute_path))}: {error.message}")
    count = 0
    for path, item in document["paths"].items():
        for status, response in item["get"]["responses"].items():
            response = resolve(document, response["$ref"]) if "$ref" in response else response
            for content in response.get("content", {}).values():
                if "schema" not in content:
                    continue
                check_schema(f"{name} {path} {status}", content["schema"])
                examples = [example["value"] for example in content.get("examples", {}).values()]
                examples += [content["example"]] if "example" in content else []
                count += len(examples)
                for example in examples:
                    check_example(f"{name} {path} {status}", document, content["schema"], example)
                if not examples and path != "/metrics":
                    fault(f"{name} {path}", "has no example")
    return f"{len(document['paths'])} paths, {count} examples"


def check_topology(name, document):
    queues, exchanges = {queue["name"] for queue in document["queues"]}, {exchange["name"] for exchange in document["exchanges"]}
    for binding in document["bindings"]:
        if binding["source"] not in exchanges or binding["destination"] not in queues:
            fault(name, f"the binding {binding} leads nowhere")
    for queue in document["queues"]:
        if queue["arguments"].get("x-dead-letter-exchange", "mart.dead") not in exchanges:
            fault(name, f"{queue['name']} dead-letters to nowhere")
    return f"{len(exchanges)} exchanges, {len(queues)} queues, {len(document['bindings'])} bindings"


def main(folder):
    checks = {"asyncapi.yaml": check_asyncapi, "openapi.yaml": check_openapi, "topology.json": check_topology}
    for file, check in checks.items():
        path = folder / file
        if not path.exists():
            fault(file, "is missing")
            continue
        text = path.read_text(encoding="utf-8")
        document = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
        references = check_references(file, document)
        print(f"{file}: {check(file, document)}, {references} references")
    for line in FAULTS:
        print(line, file=sys.stderr)
    return 1 if FAULTS else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
