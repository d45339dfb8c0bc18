// Sends segments to the world's X-Ray daemon by UDP, as functions do.
import { createSocket } from 'node:dgram';
import { expect } from 'vitest';
import { admin, world } from '../e2e/client.ts';
import { SOON } from '../support/patience.ts';

export interface SentSegment {
  /** Sixteen hex digits. */
  readonly id: string;
  readonly name: string;
  readonly parent_id?: string;
  /** Epoch s. */
  readonly start_time: number;
  /** Of one that is under way there is none. */
  readonly end_time?: number;
  readonly annotations?: Readonly<Record<string, string | number>>;
}

/** Until all have arrived: what a datagram holds may be lost, and counts once however often it comes. */
export async function sendTrace(id: string, segments: readonly SentSegment[]): Promise<void> {
  const { hostname, port } = new URL(world.xray);
  const socket = createSocket('udp4');
  const send = (text: string) => new Promise((sent) => void socket.send(text, Number(port), hostname, sent));
  const arrived = async () => {
    for (const segment of segments) {
      await send(`{"format":"json","version":1}\n${JSON.stringify({ trace_id: id, ...segment })}`);
    }
    return (await admin('GET', `/v1/telemetry/traces/${id}`)).body['segments'];
  };
  await expect.poll(arrived, SOON).toBe(segments.length);
  socket.close();
}
