"""The published documents, as judges of what is seen."""

import json
import pathlib
import re

import yaml
from cloudevents.core.bindings import rabbitmq
from jsonschema import Draft202012Validator, FormatChecker

from . import strict_json

DOCUMENTS = pathlib.Path(__file__).resolve().parents[3] / "docs"
PREFIX = "id.nttmart."
REPLY = PREFIX + "reply.v1"
CONTENT_TYPE = "application/cloudevents+json"

# The fast loader where PyYAML was built with it: the documents are ten thousand lines.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _document(name):
    return yaml.load((DOCUMENTS / name).read_text(encoding="utf-8"), _LOADER)


# From the topology, in its order.
SERVICES = tuple(
    queue["name"].removesuffix(".commands")
    for queue in json.loads((DOCUMENTS / "topology.json").read_text(encoding="utf-8"))["queues"]
    if queue["name"].endswith(".commands")
)


def type_of(name):
    """`id.nttmart.catalog.open-mart.v1` of `catalog.open-mart`."""
    return f"{PREFIX}{name}.v1"


class Contract:
    def __init__(self):
        self._asyncapi = _document("asyncapi.yaml")
        self._openapi = _document("openapi.yaml")
        self._validators = {}
        self.topology = json.loads((DOCUMENTS / "topology.json").read_text(encoding="utf-8"))
        self._paths = [(re.compile(re.sub(r"{[^}]+}", "[^/]+", path) + "$"), item) for path, item in self._openapi["paths"].items()]
        # `/v1/settlements/waiting` is no `/v1/settlements/{saleId}`.
        self._paths.sort(key=lambda entry: entry[0].pattern.count("[^/]+"))

    def events_of(self, service):
        """The names of everything that a service publishes on `mart.events`, `catalog.mart-opened` and so on."""
        return {
            key for key, channel in self._asyncapi["channels"].items()
            if key.startswith(f"{service}.") and channel["bindings"]["amqp"].get("exchange", {}).get("name") == "mart.events"}

    def knows(self, type_):
        return type_ in self._asyncapi["components"]["schemas"]

    def faults_of_body(self, type_, body):
        """What the published schema of a message type says against a parsed body."""
        if not self.knows(type_):
            return [f"{type_} is not published"]
        validator = self._validator(type_, self._asyncapi, {"$ref": f"#/components/schemas/{type_}"})
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(body)]

    def faults_of_delivery(self, delivery):
        """Everything that is wrong with an event or reply of a service, by the contract, its schema and the SDK."""
        body, properties, faults = delivery.body, delivery.properties, []

        def must(holds, what):
            if not holds:
                faults.append(what)

        must((properties.content_type or "").split(";")[0] == CONTENT_TYPE, f"content type {properties.content_type}")
        must(properties.message_id == body.get("id"), f"message_id {properties.message_id}")
        must(properties.type == body.get("type"), f"property type {properties.type}")
        must(properties.delivery_mode == 2, f"delivery mode {properties.delivery_mode}")
        must(delivery.is_of_service and body.get("source") == f"/{properties.app_id}", f"app_id {properties.app_id}")
        must(properties.user_id is None, f"user_id {properties.user_id}")
        must(re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", (properties.headers or {}).get("traceparent", "")), "no traceparent")
        faults += self._faults_of_place(delivery)
        faults += self.faults_of_body(body.get("type", ""), body)
        faults += _faults_of_sdk(delivery)
        return faults

    def _faults_of_place(self, delivery):
        body, properties = delivery.body, delivery.properties
        if body.get("type") == REPLY:
            return ["a reply has no sequence"] if "sequence" in body else []
        name = body.get("type", "").removeprefix(PREFIX).removesuffix(".v1")
        regency = f".{body['regency']}" if "regency" in body else ""
        found = []
        if delivery.exchange != "mart.events" or delivery.routing_key != name + regency:
            found.append(f"{name} was published to {delivery.exchange} as {delivery.routing_key}")
        if not name.startswith(f"{properties.app_id}."):
            found.append(f"{properties.app_id} published {name}")
        if properties.correlation_id != body.get("correlationid"):
            found.append(f"correlation_id {properties.correlation_id}, in the body {body.get('correlationid')}")
        return found

    def faults_of_answer(self, path, status, answer):
        """What openapi.yaml says against an answer of a read side."""
        for pattern, item in self._paths:
            if pattern.match(path.split("?")[0]):
                return self._faults_of_response(pattern.pattern, item["get"]["responses"], status, answer)
        return [f"{path} is not published"]

    def _faults_of_response(self, path, responses, status, answer):
        response = responses.get(str(status))
        if response is None:
            return [f"{path} answers {status}, which is not published"]
        if "$ref" in response:
            response = self._resolve(self._openapi, response["$ref"])
        schema = response["content"]["application/json"]["schema"]
        validator = self._validator(f"{path} {status}", self._openapi, schema)
        return [f"{path}: {error.json_path}: {error.message}" for error in validator.iter_errors(answer)]

    def _validator(self, key, document, schema):
        if key not in self._validators:
            whole = {"$schema": Draft202012Validator.META_SCHEMA["$id"], "components": document.get("components", {}), **schema}
            self._validators[key] = Draft202012Validator(whole, format_checker=FormatChecker())
        return self._validators[key]

    @staticmethod
    def _resolve(document, reference):
        for part in reference.removeprefix("#/").split("/"):
            document = document[part]
        return document


def _faults_of_sdk(delivery):
    """The CloudEvents SDK must decode it, and find in it what we find."""
    message = rabbitmq.RabbitMQMessage(
        headers=dict(delivery.properties.headers or {}), content_type=delivery.properties.content_type, body=delivery.raw)
    try:
        event = rabbitmq.from_rabbitmq_event(message)
        same = event.get_id() == delivery.body["id"] and event.get_type() == delivery.body["type"] and event.get_data() == delivery.body["data"]
        return [] if same and event.get_time() is not None else ["the CloudEvents SDK reads something else"]
    except Exception as error:  # whatever the SDK has against it
        return [f"the CloudEvents SDK does not decode it: {error!r}"]


class Delivery:
    """A message as it came. `body` is what it says, empty if that is not what the contract calls JSON."""

    def __init__(self, method, properties, raw):
        self.exchange, self.routing_key = method.exchange, method.routing_key
        self.properties, self.raw = properties, raw
        try:
            self.body = strict_json.parse(raw)
        except ValueError:
            self.body = {}
        if not isinstance(self.body, dict):
            self.body = {}

    @property
    def name(self):
        """`catalog.mart-opened`, whatever its version."""
        return self.body.get("type", "").removeprefix(PREFIX).rsplit(".v", 1)[0]

    @property
    def data(self):
        data = self.body.get("data")
        return data if isinstance(data, dict) else {}

    @property
    def is_of_service(self):
        """A harness may play a service; only the service itself says so in the properties."""
        return self.properties.app_id in SERVICES

    @property
    def id(self):
        return self.body.get("id")

    @property
    def source(self):
        return self.body.get("source")

    @property
    def subject(self):
        return self.body.get("subject")

    @property
    def sequence(self):
        return int(self.body["sequence"])

    @property
    def verdict(self):
        """Of a reply, e.g. `accepted ok`."""
        return f"{self.data.get('status')} {self.data.get('code')}"

    def __repr__(self):
        return f"{self.routing_key}: {self.raw.decode('utf-8', 'replace')[:600]}"
