// Stands where API Gateway does: requests over HTTP become events of the deployed handlers, by the paths of their function.yml.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { systemClock } from '../../middleware/kernel/clock.ts';
import { lambdaContext } from '../../middleware/testing/context.ts';
import { httpV2 } from '../support/events.ts';

type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;

export interface Functions {
  readonly alerting: Handler;
  readonly batchMonitor: Handler;
  readonly configCenter: Handler;
  readonly console: Handler;
  readonly telemetry: Handler;
}

/** Config center has what nobody else has. */
const PATHS: Readonly<Record<Exclude<keyof Functions, 'configCenter'>, readonly string[]>> = {
  alerting: ['/v1/alerts'],
  batchMonitor: ['/v1/jobs', '/v1/schedules', '/ping', '/api', '/badge', '/b'],
  console: ['/console'],
  telemetry: ['/v1/telemetry', '/metrics'],
};
/** As API Gateway waits at most. */
const LIMIT_MS = 30_000;

export function gatewayTo(functions: Functions): Server {
  let requests = 0;
  return createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://gateway');
    const name = functionOf(pathname);
    const awsRequestId = `crowd-${String(++requests)}`;
    void bodyOf(request)
      .then((body) => {
        const event = httpV2(
          { method: request.method ?? 'GET', path: pathname, headers: headersOf(request), ...(body ? { body } : {}) },
          { rawQueryString: search.slice(1) },
        );
        return functions[name](event, lambdaContext(systemClock, LIMIT_MS, { awsRequestId, functionName: name }));
      })
      .then(({ statusCode = 200, headers = {}, body = '', isBase64Encoded = false }) => {
        for (const [header, value] of Object.entries(headers)) response.setHeader(header, String(value));
        response.statusCode = statusCode;
        response.end(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'));
      })
      .catch((error: unknown) => {
        process.stderr.write(`${name}: ${error instanceof Error ? (error.stack ?? '') : String(error)}\n`);
        response.statusCode = 500;
        response.end('{"message":"Internal Server Error"}');
      });
  });
}

function functionOf(path: string): keyof Functions {
  const under = (one: string) => path === one || path.startsWith(`${one}/`);
  for (const name of ['alerting', 'batchMonitor', 'console', 'telemetry'] as const) {
    if (PATHS[name].some(under)) return name;
  }
  return 'configCenter';
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : (value ?? '')]),
  );
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
