// After everything the other tests did: what the table holds, and that every item says which version wrote it.
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { world } from './client.ts';

const client = new DynamoDBClient({
  region: 'us-east-1',
  endpoint: world.dynamodb,
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});

it('every item carries its version, under a key of the control plane or of one service', async () => {
  const kinds = new Map<string, number>();
  const wrong: string[] = [];
  for await (const page of paginateScan({ client }, { TableName: 'flyball-local' })) {
    for (const { pk, sk, v } of page.Items ?? []) {
      const key = `${pk?.S} ${sk?.S}`;
      if (!(Number(v?.N) >= 1) || !/^(ctl|run|now)#[a-z]/.test(key)) wrong.push(`${key} v=${v?.N}`);
      // `run#orders#throttle#…` is a throttle of orders', `ctl#rules#orders` are rules.
      const [plane, second, third] = key.split('#');
      const kind = `${plane}#${plane === 'run' ? third : second?.split(' ')[0]}`;
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
  }
  expect(wrong).toEqual([]);
  // The other tests have made one of each, or this would show nothing.
  expect([...kinds.keys()]).toEqual(
    expect.arrayContaining([
      ...['ctl#rules', 'ctl#services', 'ctl#pause', 'ctl#key', 'ctl#audit', 'ctl#job', 'ctl#jobs'],
      ...['run#throttle', 'run#breaker', 'run#telemetry', 'run#job'],
    ]),
  );
});
