"""Asks the emulated AWS, a request a line on stdin, an answer a line on stdout: [service, operation, arguments].

boto3 knows every service; our own clients are those that flyball itself needs.
"""

import functools
import json
import sys

import boto3
from botocore.exceptions import ClientError

ENDPOINT, REGION = sys.argv[1:3]


@functools.cache
def client(service):
    return boto3.client(service, region_name=REGION, endpoint_url=ENDPOINT)


for line in sys.stdin:
    service, operation, arguments = json.loads(line)
    try:
        api = client(service)
        if api.can_paginate(operation):
            answer = api.get_paginator(operation).paginate(**arguments).build_full_result()
        else:
            answer = getattr(api, operation)(**arguments)
            answer.pop("ResponseMetadata", None)
        print(json.dumps({"answer": answer}, default=str), flush=True)
    except ClientError as error:
        print(json.dumps({"error": error.response["Error"]["Code"], "message": str(error)}), flush=True)
    except Exception as error:
        print(json.dumps({"error": type(error).__name__, "message": str(error)}), flush=True)
