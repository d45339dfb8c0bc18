// The stand-in for what Lambda says of functions, asked by the AWS SDK as telemetry asks.
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployedFunctions } from '../../../functions/telemetry/coverage/deployed.ts';
import { awsPlatform, defaultClients } from '../../../functions/telemetry/saturation/platform.ts';
import { startFunctionList, type FunctionList } from '../../../infra/local/function-list.ts';

const NOW = Date.UTC(2027, 0, 1);

describe('the list of functions', () => {
  const names = Array.from({ length: 120 }, (_, i) => `${i < 70 ? 'flyball-local' : 'another'}-${i}`);
  let list: FunctionList;
  let client: LambdaClient;
  const later: unknown[] = [];

  beforeAll(async () => {
    const functions = names.map((name) => ({ name, runtime: 'nodejs24.x', handler: 'x.handler', concurrency: 10 }));
    list = await startFunctionList({
      functions,
      region: 'us-east-1',
      account: '000000000000',
      runLater: (...run) => void later.push(run),
    });
    client = new LambdaClient({
      region: 'us-east-1',
      endpoint: list.url,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
  });
  afterAll(async () => {
    client.destroy();
    await list.stop();
  });

  it('is read page by page, and those of the stack are found', async () => {
    const deployed = await deployedFunctions(() => Promise.resolve(client))('flyball-local-', NOW);
    expect(deployed).toEqual({ functions: names.slice(0, 70).sort(), more: false });
  });

  it('is asked for once a minute at most: Lambda allows few such questions', async () => {
    let asked = 0;
    const ask = deployedFunctions(() => {
      asked++;
      return Promise.resolve(client);
    });
    await ask('flyball-local-', NOW);
    await ask('flyball-local-', NOW + 59_999);
    expect(asked).toBe(1);
    await ask('flyball-local-', NOW + 60_000);
    expect(asked).toBe(2);
  });

  it('tells how many of one function may run, and what the account allows', async () => {
    const platform = awsPlatform({ ...defaultClients(), lambda: () => Promise.resolve(client) });
    expect(await platform.reservedConcurrency('flyball-local-7')).toEqual({ reserved: 10 });
    expect(await platform.accountLimits()).toEqual({ concurrency: 1_000, unreserved: 1_000 });
  });

  it('knows nothing of a function that is not there, which costs nobody an answer', async () => {
    const platform = awsPlatform({ ...defaultClients(), lambda: () => Promise.resolve(client) });
    expect(await platform.reservedConcurrency('nosuch')).toEqual({
      unknown: expect.stringContaining('ResourceNotFoundException') as string,
    });
  });

  it('takes what a function is to run later, and nothing that is to be waited for', async () => {
    const invoke = (InvocationType: 'Event' | 'RequestResponse', FunctionName = 'flyball-local-7') =>
      client.send(new InvokeCommand({ FunctionName, InvocationType, Qualifier: 'live', Payload: '{"day":1}' }));
    expect((await invoke('Event')).StatusCode).toBe(202);
    expect(later).toEqual([['flyball-local-7', { day: 1 }]]);
    await expect(invoke('Event', 'nosuch')).rejects.toThrow(/There is nothing here/);
    await expect(invoke('RequestResponse')).rejects.toThrow(/waited for at Lambda's own address/);
    expect(later).toHaveLength(1);
  });

  it('that cannot be reached is unknown, and asked again next time', async () => {
    const ask = deployedFunctions(() =>
      Promise.resolve(
        new LambdaClient({
          region: 'us-east-1',
          endpoint: 'http://127.0.0.1:9',
          maxAttempts: 1,
          credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
        }),
      ),
    );
    expect(await ask('flyball-local-', NOW)).toEqual({ unknown: expect.stringContaining('ECONNREFUSED') as string });
  });
});
