// The queues as the deploy made them, and what they feed.
import { describe, expect, it } from 'vitest';
import { aws } from './aws.ts';
import { STACK } from './cli.ts';

interface Mapping {
  readonly EventSourceArn: string;
  readonly FunctionArn: string;
  readonly BatchSize: number;
}

const DAY_S = 86_400;

async function attributesOf(queue: string): Promise<Record<string, string>> {
  const { QueueUrl } = await aws<{ QueueUrl: string }>('sqs', 'get_queue_url', { QueueName: queue });
  const asked = { QueueUrl, AttributeNames: ['All'] };
  return (await aws<{ Attributes: Record<string, string> }>('sqs', 'get_queue_attributes', asked)).Attributes;
}

describe.each([
  { part: 'settlement', keepsS: 4 * DAY_S },
  { part: 'settlement-dlq', keepsS: 14 * DAY_S },
  { part: 'thumbnails-parking', keepsS: 14 * DAY_S },
  { part: 'thumbnails-parking-dlq', keepsS: 14 * DAY_S },
  { part: 'parking', keepsS: 14 * DAY_S },
])('$part', async ({ part, keepsS }) => {
  const attributes = await attributesOf(`${STACK}-${part}`);

  it(`keeps what it has for ${String(keepsS / DAY_S)} days, encrypted`, () => {
    expect(attributes).toMatchObject({ MessageRetentionPeriod: String(keepsS), SqsManagedSseEnabled: 'true' });
  });

  it('refuses whoever comes without TLS', () => {
    expect(JSON.parse(attributes['Policy'] ?? '')).toMatchObject({
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 'sqs:*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    });
  });
});

describe.each(['settlement', 'thumbnails-parking'])('the %s queue', async (part) => {
  const queue = await attributesOf(`${STACK}-${part}`);

  it('gives up on a message long after flyball did', async () => {
    const { QueueArn } = await attributesOf(`${STACK}-${part}-dlq`);
    expect(JSON.parse(queue['RedrivePolicy'] ?? '')).toEqual({ deadLetterTargetArn: QueueArn, maxReceiveCount: 100 });
  });
});

describe('what queues run', async () => {
  const { EventSourceMappings } = await aws<{ EventSourceMappings: Mapping[] }>('lambda', 'list_event_source_mappings');

  it.each([
    { what: 'settlement, in batches', part: 'settlement', queue: 'settlement', BatchSize: 10 },
    { what: 'thumbnails, one parked upload each', part: 'thumbnails', queue: 'thumbnails-parking', BatchSize: 1 },
  ])('is $what, of which it reports what failed, and with a bound', ({ part, queue, BatchSize }) => {
    const mappings = EventSourceMappings.filter(({ FunctionArn }) => FunctionArn.endsWith(`:${STACK}-${part}`));
    expect(mappings).toMatchObject([
      {
        EventSourceArn: expect.stringMatching(`:${STACK}-${queue}$`) as unknown,
        BatchSize,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: 10 },
        State: 'Enabled',
      },
    ]);
  });

  it('is nothing else', () => {
    expect(EventSourceMappings).toHaveLength(2);
  });

  it.each(EventSourceMappings)(
    '$EventSourceArn hides a message six times as long as its function may take',
    async ({ EventSourceArn, FunctionArn }) => {
      const { VisibilityTimeout } = await attributesOf(EventSourceArn.split(':').pop() ?? '');
      const { Timeout } = await aws<{ Timeout: number }>('lambda', 'get_function_configuration', {
        FunctionName: FunctionArn,
      });
      expect(Number(VisibilityTimeout)).toBeGreaterThanOrEqual(6 * Timeout);
    },
  );
});
