import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Environment, startEnvironment } from '../../infra/lambda/environment.ts';
import { createTable, type TestTable } from '../integration/table.ts';
import { httpV2, sqs } from '../support/events.ts';
import { standBefore } from './between.ts';
import { publish } from './publish.ts';

const { emulator, dynamodb, layer } = inject('lambda');

let table: TestTable;
let started: Environment[] = [];

beforeAll(async () => {
  table = await createTable(dynamodb);
});

afterEach(async () => {
  for (const environment of started) await environment.stop();
  started = [];
});

/** A function that knows nothing of flyball, with the layer's handler in place of its own. */
async function layered(variables: Record<string, string>): Promise<Environment> {
  const environment = await startEnvironment({
    emulator,
    taskRoot: join(import.meta.dirname, 'functions'),
    handler: join(layer, 'flyball/handler.handler'),
    functionName: 'hello',
    environment: {
      FLYBALL_TABLE: table.tableName,
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
      FLYBALL_STORE_PATIENCE: '20',
      ...variables,
    },
  });
  started.push(environment);
  return environment;
}

const event = httpV2({ path: '/hello' });
const NOT_GOVERNED = 'flyball does not govern this function';

describe('the layer', () => {
  it.each([
    ['commonjs', 'commonjs.handler', 'hello /hello from CommonJS'],
    ['module', 'esm.api.handler', 'hello /hello from an ES module'],
    ['plain', 'commonjs.plain', 'at once /hello'],
  ])('governs an untouched %s function: a throttle refuses its second request', async (service, handler, body) => {
    await publish(table.sdk, service, { throttles: { everyone: { limit: '1/min', burst: 1 } } });
    const environment = await layered({ FLYBALL_HANDLER: handler, FLYBALL_SERVICE: service });
    expect((await environment.invoke(event)).payload).toEqual({ statusCode: 200, body });
    expect((await environment.invoke(event)).payload).toMatchObject({ statusCode: 429 });
    expect(environment.log()).not.toContain(NOT_GOVERNED);
  });

  it('takes the AWS SDK from the runtime: a failed record goes back with its delay', async () => {
    const redelivery = { attempts: 3, backoff: { initial: '2s' } };
    await publish(table.sdk, 'queued', { resources: { all: { match: { trigger: 'queue' }, redelivery } } });
    // Nobody is behind it: what is asked shows that the SDK was found.
    const queues = await standBefore('127.0.0.1:9');
    const environment = await layered({
      FLYBALL_HANDLER: 'commonjs.failing',
      FLYBALL_SERVICE: 'queued',
      AWS_ENDPOINT_URL_SQS: `http://${queues.address}`,
      NODE_PATH: join(import.meta.dirname, '../../node_modules'),
    });
    await environment.invoke(sqs());
    expect(queues.passages.map(({ operation }) => operation)).toContain('GetQueueUrl');
    await queues.stop();
  });

  it("hands the function's own error on with its name", async () => {
    const environment = await layered({ FLYBALL_HANDLER: 'commonjs.failing', FLYBALL_SERVICE: 'failing' });
    const { payload } = await environment.invoke(event);
    expect(payload).toMatchObject({ errorType: 'RangeError', errorMessage: 'this order is out of range' });
  });

  it('registers the extension of a flush after the response in time', async () => {
    const variables = {
      FLYBALL_HANDLER: 'commonjs.handler',
      FLYBALL_SERVICE: 'after',
      FLYBALL_FLUSH: 'after-response',
    };
    const environment = await layered(variables);
    expect((await environment.invoke(event)).payload).toMatchObject({ statusCode: 200 });
    expect((await environment.invoke(event)).payload).toMatchObject({ statusCode: 200 });
    expect(environment.log()).toMatch(/Internal agent flyball .* registered/);
  });

  it('runs a function whose service is missing ungoverned, and says so', async () => {
    const environment = await layered({ FLYBALL_HANDLER: 'commonjs.handler' });
    expect((await environment.invoke(event)).payload).toMatchObject({ statusCode: 200 });
    expect(environment.log()).toContain(NOT_GOVERNED);
    expect(environment.log()).toContain('FLYBALL_SERVICE is missing');
  });

  it('is out of the way with FLYBALL_DISABLED=1', async () => {
    await publish(table.sdk, 'disabled', { throttles: { everyone: { limit: '1/min', burst: 1 } } });
    const variables = { FLYBALL_HANDLER: 'commonjs.handler', FLYBALL_SERVICE: 'disabled', FLYBALL_DISABLED: '1' };
    const environment = await layered(variables);
    for (let i = 0; i < 3; i++) expect((await environment.invoke(event)).payload).toMatchObject({ statusCode: 200 });
  });

  it('hands a streaming handler through, and says so', async () => {
    const environment = await layered({ FLYBALL_HANDLER: 'esm.streaming', FLYBALL_SERVICE: 'streams' });
    expect((await environment.invoke(event)).text).toContain('streamed');
    expect(environment.log()).toContain('its response is a stream');
  });

  it("leaves a handler that takes a callback to the runtime's own refusal, and says why", async () => {
    const environment = await layered({ FLYBALL_HANDLER: 'commonjs.calling', FLYBALL_SERVICE: 'calls' });
    expect((await environment.invoke(event)).text).toContain('Runtime.CallbackHandlerDeprecated');
    expect(environment.log()).toContain('it takes a callback');
  });

  it.each([
    ['is missing', {}, 'FLYBALL_HANDLER is missing'],
    ['names no module', { FLYBALL_HANDLER: 'nowhere.handler' }, 'FLYBALL_HANDLER names no module'],
    ['names no export', { FLYBALL_HANDLER: 'commonjs.hander' }, 'is not exported'],
  ])('says what to set when FLYBALL_HANDLER %s', async (_what, variables: Record<string, string>, message) => {
    const environment = await layered({ FLYBALL_SERVICE: 'wrong', ...variables });
    const { text } = await environment.invoke(event);
    expect(text).toContain(message);
    expect(text).toContain('set FLYBALL_HANDLER to the handler the function had before, such as index.handler');
  });
});
