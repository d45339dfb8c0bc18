// `npm start -- --traffic`: a steady, varied load through the examples, with the mistakes real callers make.
import { randomUUID } from 'node:crypto';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { systemRandom } from '../../middleware/kernel/clock.ts';
import type { Log } from './lambda.ts';
import type { LocalWorldState } from './state-file.ts';

/** Between two acts, ms: five a second on average. */
const EVERY_MS = 200;
const SAY_EVERY = 150;
/** Orders that may be read or settled again. */
const REMEMBERED = 100;
const SKUS = ['apple', 'pear', 'plum', 'quince', 'medlar'];

/** Runs until the returned function is called. */
export function startTraffic(world: LocalWorldState, log: Log): () => void {
  const sqs = new SQSClient({ endpoint: world.sqs, useQueueUrlAsEndpoint: false });
  const s3 = new S3Client({ endpoint: world.s3, forcePathStyle: true });
  const placed: string[] = [];
  const seen = new Map<string, number>();
  let acts = 0;
  let timer: NodeJS.Timeout;

  const post = async (body: object) => {
    const response = await fetch(`${world.http}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': pick(['gold', 'silver']) },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    // An order that is made is a 201: whatever else says it went well did not.
    if (response.status === 200) throw new Error(`POST /orders answered 200: ${text.slice(0, 200)}`);
    const answer = parsed(text);
    if (response.status === 201 && answer.id !== undefined) {
      placed.push(answer.id);
      if (placed.length > REMEMBERED) placed.shift();
    }
    return `POST /orders ${String(response.status)}`;
  };
  const read = async () => {
    const response = await fetch(`${world.http}/orders/${placed.length > 0 ? pick(placed) : 'none'}`);
    await response.body?.cancel();
    return `GET /orders/{id} ${String(response.status)}`;
  };
  const message = async (body: string, what: string) => {
    await sqs.send(new SendMessageCommand({ QueueUrl: world.queueUrl, MessageBody: body }));
    return what;
  };
  const upload = async () => {
    const { Jimp } = await import('jimp');
    const picture = new Jimp({ width: 320, height: 240, color: Math.floor(systemRandom() * 0xffffff) * 256 + 255 });
    const Key = `uploads/a picture ${randomUUID().slice(0, 8)}.png`;
    const Body = await picture.getBuffer('image/png');
    await s3.send(new PutObjectCommand({ Bucket: world.bucket, Key, Body, ContentType: 'image/png' }));
    return 'picture uploaded';
  };

  const act = (): Promise<string> => {
    const chance = systemRandom();
    if (chance < 0.5) return post({ sku: pick(SKUS), quantity: 1 + Math.floor(systemRandom() * 5) });
    if (chance < 0.85) return read();
    if (chance < 0.92) return post({ sku: pick(SKUS), quantity: pick([0, -1, 'two']) });
    if (chance < 0.97)
      return placed.length > 0 ? message(JSON.stringify({ orderId: pick(placed) }), 'settle again') : read();
    if (chance < 0.98) return message('not an order', 'poison message');
    return upload();
  };

  const next = () => {
    timer = setTimeout(
      () => {
        next();
        void act()
          .catch((error: unknown) => `failed: ${error instanceof Error ? error.message : String(error)}`)
          .then((what) => {
            seen.set(what, (seen.get(what) ?? 0) + 1);
            acts += 1;
            if (acts % SAY_EVERY !== 0) return;
            log(`traffic: ${[...seen].map(([name, count]) => `${name} ×${String(count)}`).join(', ')}`);
            seen.clear();
          });
      },
      EVERY_MS * (0.5 + systemRandom()),
    );
  };
  next();
  return () => {
    clearTimeout(timer);
    sqs.destroy();
    s3.destroy();
  };
}

/** What is no JSON, as a gateway's own page, has no id. */
function parsed(text: string): { readonly id?: string } {
  try {
    return JSON.parse(text) as { readonly id?: string };
  } catch {
    return {};
  }
}

function pick<T>(choices: readonly T[]): T {
  const choice = choices[Math.floor(systemRandom() * choices.length)];
  if (choice === undefined) throw new Error('There is nothing to pick from.');
  return choice;
}
