// With FLYBALL_DISABLED=1 nothing is parked, and what was parked before still reaches the handler as what it was.
import { expect, it, vi } from 'vitest';
import { fakeClock } from '../../../support/fake-clock.ts';
import { s3, sqs } from '../../../support/events.ts';
import { noTable, silentLogger, testContext } from '../../../support/instance.ts';

it('a parked event is handled as the event it was, ungoverned, and its message is done with', async () => {
  vi.stubEnv('FLYBALL_DISABLED', '1');
  vi.stubEnv('AWS_LAMBDA_FUNCTION_NAME', 'thumbnails');
  vi.stubEnv('FLYBALL_PARKING_QUEUE', 'https://sqs.eu-central-1.amazonaws.com/1/thumbnails-parking');
  vi.resetModules();
  const { governed } = await import('../../../../middleware/index.ts');
  const clock = fakeClock();
  const handler = vi.fn(async (_event: unknown) => 'done');
  const by = { parked: 1, service: 'thumbnails', function: 'thumbnails' };
  const message = {
    body: { flyball: by, event: s3() },
    messageAttributes: { 'flyball-parked': { dataType: 'String' as const, stringValue: 'thumbnails' } },
  };
  const stack = governed({ service: 'thumbnails', clock, table: noTable, logger: silentLogger }, handler);
  expect(await stack(sqs([message], 'thumbnails-parking'), testContext(clock))).toEqual({ batchItemFailures: [] });
  expect(handler.mock.calls[0]?.[0]).toEqual(s3());
  vi.unstubAllEnvs();
});
