"""Says hello, in another language: flyball's authorizer has let the request through and says who it is from."""

import json


def handler(event, context):
    authorizer = event.get("requestContext", {}).get("authorizer", {}).get("lambda", {})
    who = authorizer.get("client", "stranger")
    body = {"message": f"Hello, {who}!", "revision": authorizer.get("revision"), "remaining": authorizer.get("remaining")}
    return {
        "statusCode": 200,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(body),
    }
