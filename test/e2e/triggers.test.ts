import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { Jimp } from 'jimp';
import { describe, expect, it } from 'vitest';
import { eventually, order, request, world } from './client.ts';

const region = 'us-east-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

describe('an upload', () => {
  it('gets a thumbnail of the same name, spaces and letters of any script included', async () => {
    const s3 = new S3Client({
      region,
      endpoint: world.s3,
      credentials: world.s3Credentials,
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
    });
    const name = 'été in Zürich 夏 +1&2.png';
    const picture = await new Jimp({ width: 640, height: 480, color: 0x3366ccff }).getBuffer('image/png');
    await s3.send(
      new PutObjectCommand({ Bucket: world.bucket, Key: `uploads/${name}`, Body: picture, ContentType: 'image/png' }),
    );
    const bytes = await eventually('the thumbnail', async () => {
      try {
        const found = await s3.send(new GetObjectCommand({ Bucket: world.bucket, Key: `thumbnails/${name}` }));
        return await found.Body?.transformToByteArray();
      } catch (error) {
        if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
        throw error;
      }
    });
    const thumbnail = await Jimp.read(Buffer.from(bytes));
    expect(thumbnail.width).toBeLessThan(640);
    expect(thumbnail.width / thumbnail.height).toBeCloseTo(4 / 3, 1);
  });
});

describe('settlement', () => {
  it('settles the mates of a poison message exactly once and moves the poison to the dead-letter queue', async () => {
    const sqs = new SQSClient({ region, endpoint: world.sqs, credentials });
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push(String((await order()).body['id']));
    const poison = `poison ${performance.now()}`;
    const bodies = [...ids.map((orderId) => JSON.stringify({ orderId })), poison];
    await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: world.queueUrl,
        Entries: bodies.map((MessageBody, i) => ({ Id: String(i), MessageBody })),
      }),
    );
    const dead = await eventually('the dead letter', async () => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: world.dlqUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
          VisibilityTimeout: 0,
        }),
      );
      return Messages.find(({ Body }) => Body === poison);
    });
    expect(dead.MessageAttributes?.['flyball-attempts']?.StringValue).toBe('4');
    expect(dead.MessageAttributes?.['flyball-reason']?.StringValue).toContain('not JSON');
    for (const id of ids) {
      await eventually('the settled order', async () =>
        (await request('GET', `/orders/${id}`)).body['status'] === 'settled' ? true : undefined,
      );
      expect(await settlements(id)).toBe(1);
    }
  });
});

/** How often an order's settlement took effect. */
async function settlements(id: string): Promise<number> {
  const dynamodb = new DynamoDBClient({ region, endpoint: world.dynamodb, credentials });
  const { Item } = await dynamodb.send(
    new GetItemCommand({
      TableName: `${world.table}-examples`,
      Key: { pk: { S: `order#${id}` }, sk: { S: 'order' } },
      ConsistentRead: true,
    }),
  );
  return Number(Item?.['settlements']?.N ?? 0);
}
