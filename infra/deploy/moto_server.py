"""A moto server whose CloudFormation knows the resource types of our stack that moto's own does not.

moto emulates the services behind them, so each type is taught as calls of the service's API, made by boto3: what the
template says is checked against AWS's own service model, and kept where the service's API shows it again.

    python moto_server.py PORT            serves on 127.0.0.1
"""

import functools
import inspect
import json
import os
import sys
import uuid

import boto3
import moto
from moto.cloudformation import parsing
from moto.cloudformation.models import CloudFormationBackend
from moto.cloudformation.parsing import ResourceMap
from moto.core.common_models import CloudFormationModel
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import run_simple

ENDPOINT = ""


@functools.cache
def client(service, region):
    return boto3.client(service, region_name=region, endpoint_url=ENDPOINT)


def call(service, region, operation, **arguments):
    """One call of a service's API, whose numbers and truths may be text: CloudFormation takes those too."""
    api = client(service, region)
    shape = api.meta.service_model.operation_model(api.meta.method_to_api_mapping[operation]).input_shape
    return getattr(api, operation)(**as_asked(arguments, shape))


def as_asked(value, shape):
    if isinstance(value, dict) and shape.type_name == "structure":
        return {k: as_asked(v, shape.members[k]) if k in shape.members else v for k, v in value.items()}
    if isinstance(value, list) and shape.type_name == "list":
        return [as_asked(each, shape.member) for each in value]
    if isinstance(value, str) and shape.type_name in ("integer", "long"):
        return int(value)
    if isinstance(value, str) and shape.type_name in ("double", "float"):
        return float(value)
    if isinstance(value, str) and shape.type_name == "boolean":
        return value == "true"
    return value


# Each type: create(properties, region) gives the physical id and the attributes of Fn::GetAtt; put(id, properties,
# region) changes it in place, and where there is none it is made anew; delete(id, properties, region).


class Alarm:
    @staticmethod
    def create(p, region):
        call("cloudwatch", region, "put_metric_alarm", **p)
        return p["AlarmName"], {}

    @staticmethod
    def put(_id, p, region):
        call("cloudwatch", region, "put_metric_alarm", **p)

    @staticmethod
    def delete(id, _p, region):
        call("cloudwatch", region, "delete_alarms", AlarmNames=[id])


class Api:
    @staticmethod
    def create(p, region):
        made = call("apigatewayv2", region, "create_api", **p)
        return made["ApiId"], {"ApiId": made["ApiId"], "ApiEndpoint": made["ApiEndpoint"]}

    @staticmethod
    def put(id, p, region):
        call("apigatewayv2", region, "update_api", ApiId=id, **without(p, "ProtocolType"))

    @staticmethod
    def delete(id, _p, region):
        call("apigatewayv2", region, "delete_api", ApiId=id)


def part_of_api(kind, id_key):
    """Routes, integrations and authorizers: made, changed and deleted by their API's id and their own."""

    class Part:
        @staticmethod
        def create(p, region):
            made = call("apigatewayv2", region, f"create_{kind}", **p)
            return made[id_key], {id_key: made[id_key]}

        @staticmethod
        def put(id, p, region):
            call("apigatewayv2", region, f"update_{kind}", **{id_key: id}, **p)

        @staticmethod
        def delete(id, p, region):
            api = client("apigatewayv2", region)
            try:
                getattr(api, f"delete_{kind}")(ApiId=p["ApiId"], **{id_key: id})
            except api.exceptions.NotFoundException:
                pass  # It went with its API.

    return Part


class Stage:
    @staticmethod
    def create(p, region):
        call("apigatewayv2", region, "create_stage", **p)
        return p["StageName"], {}

    # moto's API has no UpdateStage.
    put = None

    @staticmethod
    def delete(id, p, region):
        api = client("apigatewayv2", region)
        try:
            api.delete_stage(ApiId=p["ApiId"], StageName=id)
        except api.exceptions.NotFoundException:
            pass  # It went with its API.


class InvokeConfig:
    @staticmethod
    def create(p, region):
        call("lambda", region, "put_function_event_invoke_config", **p)
        return f"{p['FunctionName']}|{p['Qualifier']}", {}

    @staticmethod
    def put(_id, p, region):
        call("lambda", region, "put_function_event_invoke_config", **p)

    @staticmethod
    def delete(_id, _p, _region):
        pass  # It goes with its function.


class QueuePolicy:
    @staticmethod
    def create(p, region):
        QueuePolicy.put("", p, region)
        return f"queue-policy-{uuid.uuid4()}", {}

    @staticmethod
    def put(_id, p, region):
        for url in p["Queues"]:
            policy = json.dumps(p["PolicyDocument"])
            call("sqs", region, "set_queue_attributes", QueueUrl=url, Attributes={"Policy": policy})

    @staticmethod
    def delete(_id, _p, _region):
        pass  # It goes with its queues.


class TopicPolicy:
    @staticmethod
    def create(p, region):
        TopicPolicy.put("", p, region)
        return f"topic-policy-{uuid.uuid4()}", {}

    @staticmethod
    def put(_id, p, region):
        for arn in p["Topics"]:
            policy = json.dumps(p["PolicyDocument"])
            call("sns", region, "set_topic_attributes", TopicArn=arn, AttributeName="Policy", AttributeValue=policy)

    @staticmethod
    def delete(_id, _p, _region):
        pass  # It goes with its topic.


class Subscription:
    @staticmethod
    def create(p, region):
        made = call("sns", region, "subscribe", ReturnSubscriptionArn=True, **p)
        return made["SubscriptionArn"], {}

    put = None

    @staticmethod
    def delete(id, _p, region):
        call("sns", region, "unsubscribe", SubscriptionArn=id)


TAUGHT = {
    "AWS::ApiGatewayV2::Api": Api,
    "AWS::ApiGatewayV2::Authorizer": part_of_api("authorizer", "AuthorizerId"),
    "AWS::ApiGatewayV2::Integration": part_of_api("integration", "IntegrationId"),
    "AWS::ApiGatewayV2::Route": part_of_api("route", "RouteId"),
    "AWS::ApiGatewayV2::Stage": Stage,
    "AWS::CloudWatch::Alarm": Alarm,
    "AWS::Lambda::EventInvokeConfig": InvokeConfig,
    "AWS::SNS::Subscription": Subscription,
    "AWS::SNS::TopicPolicy": TopicPolicy,
    "AWS::SQS::QueuePolicy": QueuePolicy,
}


def without(properties, *names):
    return {name: value for name, value in properties.items() if name not in names}


def model(type_name, calls):
    """What moto's CloudFormation asks of a resource type, made of the calls."""

    def __init__(self, id, attributes, properties):
        self.physical_resource_id = id
        self.attributes = attributes
        self.properties = properties

    def create(cls, resource_name, cloudformation_json, account_id, region_name, **_):
        properties = cloudformation_json["Properties"]
        return cls(*calls.create(properties, region_name), properties)

    def update(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        properties = cloudformation_json["Properties"]
        if calls.put is None:
            original_resource.delete(account_id, region_name)
            return cls(*calls.create(properties, region_name), properties)
        calls.put(original_resource.physical_resource_id, properties, region_name)
        original_resource.properties = properties
        return original_resource

    members = {
        "__init__": __init__,
        "cloudformation_name_type": staticmethod(lambda: ""),
        "cloudformation_type": staticmethod(lambda: type_name),
        "has_cfn_attr": classmethod(lambda cls, attr: True),
        "create_from_cloudformation_json": classmethod(create),
        "update_from_cloudformation_json": classmethod(update),
        "delete": lambda self, _account, region: calls.delete(self.physical_resource_id, self.properties, region),
        "get_cfn_attribute": lambda self, attribute: self.attributes[attribute],
    }
    # Being a subclass is all that moto's CloudFormation looks for.
    return type(type_name.replace("::", ""), (CloudFormationModel,), members)


def remember_outputs():
    """moto's change sets forget the stack's outputs, by which the framework finds what it deployed before."""
    forgetful = CloudFormationBackend.execute_change_set

    def execute_change_set(self, change_set_name, stack_name=None):
        [stack] = [each for each in self.stacks.values() if stack_name in (each.name, each.stack_id)]
        before = stack.output_map
        forgetful(self, change_set_name, stack_name)
        if stack.output_map is not before:
            raise RuntimeError("moto remembers the outputs by itself now: take remember_outputs() out")
        stack._parse_template()
        stack.output_map = stack._create_output_map()
        self.exports.update({export.name: export for export in stack.exports})

    CloudFormationBackend.execute_change_set = execute_change_set


def keep_what_was_made():
    """moto's removal keeps what says Retain. RetainExceptOnCreate says the same of all that a deploy has finished."""
    strict = ResourceMap.delete
    if "RetainExceptOnCreate" in inspect.getsource(strict):
        raise RuntimeError("moto knows RetainExceptOnCreate by itself now: take keep_what_was_made() out")

    def delete(self):
        self._resource_json_map = {
            name: {**resource, "DeletionPolicy": "Retain"}
            if resource.get("DeletionPolicy") == "RetainExceptOnCreate"
            else resource
            for name, resource in self._resource_json_map.items()
        }
        strict(self)

    ResourceMap.delete = delete


def answering_types(app, own):
    """GET /flyball/types: which types moto knows by itself and which it was taught."""
    body = json.dumps({"moto": sorted(own), "taught": sorted(TAUGHT)}).encode()

    def answer(environ, start_response):
        if environ["PATH_INFO"] != "/flyball/types":
            return app(environ, start_response)
        start_response("200 OK", [("content-type", "application/json")])
        return [body]

    return answer


def main(port):
    global ENDPOINT
    ENDPOINT = f"http://127.0.0.1:{port}"
    os.environ["MOTO_PORT"] = port
    # Read before ours are made.
    own = {each.cloudformation_type() for each in CloudFormationModel.__subclasses__()}
    models = [model(type_name, calls) for type_name, calls in TAUGHT.items()]
    parsing.get_model_list.cache_clear()
    remember_outputs()
    keep_what_was_made()
    print(f"moto {moto.__version__} listens on {ENDPOINT} and was taught {len(models)} types", flush=True)
    app = answering_types(DomainDispatcherApplication(create_backend_app), own)
    # Threads: a type that is taught calls the server from within a request to it.
    run_simple("127.0.0.1", int(port), app, threaded=True, request_handler=MotoRequestHandler)


if __name__ == "__main__":
    main(sys.argv[1])
