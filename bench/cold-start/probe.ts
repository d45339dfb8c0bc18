// Runs in a fresh process, in Lambda's order: imports a function's module, calls its handler, says how long each took.
// `node probe.mjs <module> <event> [trace]`; with `trace` it says which files were loaded, and its times mean nothing.
import { pathToFileURL } from 'node:url';

/** What one process found; times in ms. */
export interface Found {
  readonly importMs: number;
  /** From the call of the handler to its answer. */
  readonly firstMs: number;
  /** What the process, with all its threads, has computed from the import to the answer. */
  readonly cpuMs: number;
  /** The answer's status, or what was thrown. */
  readonly answer: string;
  /** URLs of files loaded, with `trace`. */
  readonly loaded: readonly string[];
}

type Handler = (event: unknown, context: object) => Promise<unknown>;

const [, , modulePath = '', eventJson = '{}', trace] = process.argv;
const loaded: string[] = [];
if (trace === 'trace') {
  process.getBuiltinModule('node:module').registerHooks({
    load(url, context, next) {
      loaded.push(url);
      return next(url, context);
    },
  });
}

// AWS's runtime client has loaded these before it imports a function (aws-lambda-nodejs-runtime-interface-client).
process.getBuiltinModule('node:net');
process.getBuiltinModule('node:http');

const event: unknown = JSON.parse(eventJson);
const url = pathToFileURL(modulePath).href;
const LIMIT_MS = 10_000;
const context = {
  awsRequestId: '00000000-0000-4000-8000-000000000001',
  functionName: process.env['AWS_LAMBDA_FUNCTION_NAME'],
  functionVersion: '$LATEST',
  memoryLimitInMB: '512',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:bench',
  logGroupName: '/aws/lambda/bench',
  logStreamName: process.env['AWS_LAMBDA_LOG_STREAM_NAME'],
  getRemainingTimeInMillis: () => LIMIT_MS,
};

const usedBefore = process.cpuUsage();
const begun = performance.now();
const { handler } = (await import(url)) as { handler: Handler };
const imported = performance.now();
let answer: string;
try {
  const given = await handler(event, context);
  const status = typeof given === 'object' && given !== null && 'statusCode' in given ? given.statusCode : 'none';
  answer = String(status);
} catch (error) {
  answer = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
const answered = performance.now();
const { user, system } = process.cpuUsage(usedBefore);
const cpuMs = (user + system) / 1000;
const found: Found = { importMs: imported - begun, firstMs: answered - imported, cpuMs, answer, loaded };
process.getBuiltinModule('node:fs').writeSync(3, JSON.stringify(found));
process.exit(0);
