// Under throttles that bind, messages are deferred and uploads parked: both drain by themselves, each handled once.
import {
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  type GetItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Jimp } from 'jimp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3 as objectsPut } from '../support/events.ts';
import { eventually, KNOWN_EVERYWHERE_MS, publish, rulesOf, world } from './client.ts';

const region = 'us-east-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const sqs = new SQSClient({ region, endpoint: world.sqs, credentials, useQueueUrlAsEndpoint: false });
const dynamodb = new DynamoDBClient({ region, endpoint: world.dynamodb, credentials });
const s3 = new S3Client({
  region,
  endpoint: world.s3,
  credentials: world.s3Credentials,
  forcePathStyle: true,
  requestChecksumCalculation: 'WHEN_REQUIRED',
});

const originals = new Map<string, Record<string, unknown>>();

async function restrict(service: string, changes: object): Promise<void> {
  const original = await rulesOf(service);
  originals.set(service, original);
  await publish(service, { ...original, ...changes });
}

beforeAll(async () => {
  await restrict('settlement', { throttles: { pace: { limit: '15/s', resources: ['settle'] } } });
  await restrict('thumbnails', {
    resources: {
      upload: { match: { trigger: 'bucket' }, redelivery: { attempts: 1, backoff: { initial: '1s' } } },
    },
    // Less than the slowest machine makes, so that some are refused.
    throttles: { pace: { limit: '1/s', resources: ['upload'], whenStoreFails: 'reject' } },
  });
  const publishedAt = performance.now();
  await eventually('every instance', async () =>
    performance.now() - publishedAt > KNOWN_EVERYWHERE_MS ? true : undefined,
  );
});

afterAll(async () => {
  for (const [service, rules] of originals) await publish(service, rules);
});

async function deadLettersOf(QueueUrl: string) {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageAttributeNames: ['All'],
      VisibilityTimeout: 0,
    }),
  );
  return Messages;
}

describe('150 messages at once under 15/s', () => {
  it('are settled, each once, and none is a dead letter', async () => {
    const ids = Array.from({ length: 150 }, (_, i) => `0000000d-${String(i).padStart(4, '0')}`);
    await paidOrders(ids);
    for (let from = 0; from < ids.length; from += 10) {
      const Entries = ids
        .slice(from, from + 10)
        .map((orderId, i) => ({ Id: String(i), MessageBody: JSON.stringify({ orderId }) }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl: world.queueUrl, Entries }));
    }
    await eventually('the settlement of all', async () =>
      (await Promise.all(ids.map(orderOf))).every(({ status }) => status === 'settled') ? true : undefined,
    );
    expect((await Promise.all(ids.map(orderOf))).map(({ settlements }) => settlements)).toEqual(ids.map(() => 1));
    const bodies = (await deadLettersOf(world.dlqUrl)).map(({ Body = '' }) => Body);
    expect(bodies.filter((body) => body.includes('0000000d-'))).toEqual([]);
  });
});

describe('10 uploads at once under 1/s', () => {
  it('all get their thumbnails, though Lambda gives up on what fails for three minutes', async () => {
    const picture = await new Jimp({ width: 40, height: 30, color: 0x3366ccff }).getBuffer('image/png');
    const names = Array.from({ length: 10 }, (_, i) => `parked/${i}.png`);
    await Promise.all(
      names.map((name) =>
        s3.send(
          new PutObjectCommand({
            Bucket: world.bucket,
            Key: `uploads/${name}`,
            Body: picture,
            ContentType: 'image/png',
          }),
        ),
      ),
    );
    const made = await eventually('the thumbnails of all', async () => {
      const listed = new ListObjectsV2Command({ Bucket: world.bucket, Prefix: 'thumbnails/parked/' });
      const { Contents = [] } = await s3.send(listed);
      return Contents.length === names.length ? Contents : undefined;
    });
    expect(made.map(({ Key }) => Key).sort()).toEqual(names.map((name) => `thumbnails/${name}`).sort());
    expect(await deadLettersOf(world.parkingDlqUrl)).toEqual([]);
  });
});

describe('a parked upload that cannot be read', () => {
  it('ends in the dead-letter queue of the parking queue, with why', async () => {
    // S3 percent-encodes keys, and never so.
    const unreadable = objectsPut('uploads/gone.png', world.bucket, {
      Records: [{ s3: { object: { key: 'uploads/%' } } }],
    });
    const by = { parked: 1, service: 'thumbnails', function: 'flyball-local-thumbnails', resource: 'upload' };
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: world.parkingUrl,
        MessageBody: JSON.stringify({ flyball: by, event: unreadable }),
        MessageAttributes: { 'flyball-parked': { DataType: 'String', StringValue: 'thumbnails' } },
      }),
    );
    const [dead] = await eventually('the dead letter', async () => {
      const letters = await deadLettersOf(world.parkingDlqUrl);
      return letters.length > 0 ? letters : undefined;
    });
    expect(dead?.MessageAttributes?.['flyball-reason']?.StringValue).toBe('URIError: URI malformed');
  });
});

/** As orders writes them. */
async function paidOrders(ids: readonly string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += 25) {
    const RequestItems = {
      [`${world.table}-examples`]: ids.slice(from, from + 25).map((id) => ({
        PutRequest: {
          Item: {
            ...{ pk: { S: `order#${id}` }, sk: { S: 'order' }, status: { S: 'paid' } },
            ...{ orderId: { S: id }, createdAt: { S: '2026-01-05T12:00:00Z' } },
          },
        },
      })),
    };
    await dynamodb.send(new BatchWriteItemCommand({ RequestItems }));
  }
}

async function orderOf(id: string): Promise<{ readonly status: string | undefined; readonly settlements: number }> {
  const { Item }: GetItemCommandOutput = await dynamodb.send(
    new GetItemCommand({
      TableName: `${world.table}-examples`,
      Key: { pk: { S: `order#${id}` }, sk: { S: 'order' } },
      ConsistentRead: true,
    }),
  );
  return { status: Item?.['status']?.S, settlements: Number(Item?.['settlements']?.N ?? 0) };
}
