// Callers that are known by an API key or a signature, made for a test.
import { Misused } from '../kernel/errors.ts';
import { bodyOf, parseSigningKeys, requestOf, SIGNATURE_HEADER, signatureOf } from '../kernel/signing/index.ts';
import { isObject, triggerOf, type Unknown } from '../kernel/trigger.ts';
import { newClientKey, putClientKey } from '../../store/items/client-key-records.ts';
import { hashOfClientKey } from '../../store/items/client-keys.ts';
import type { Table } from '../../store/port.ts';
import type { Random } from '../kernel/clock.ts';

/** Of every test: nothing is protected by it. */
export const TEST_SIGNING_KEYS = JSON.stringify({
  current: 'test',
  keys: [{ kid: 'test', k: Buffer.alloc(32, 'flyball').toString('base64url') }],
});

export interface TestClient {
  readonly roles?: readonly string[];
  /** Read as a token's claims are. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A key of the service's, in its table. */
export async function makeKey(
  table: Table,
  service: string,
  client: string,
  { roles = [], attributes = {} }: TestClient,
  nowMs: number,
  random: Random,
): Promise<string> {
  const key = newClientKey((count) => Uint8Array.from({ length: count }, () => Math.floor(random() * 256)));
  const record = { hash: hashOfClientKey(key), client, roles, attributes, createdAt: nowMs, createdBy: 'the test' };
  await putClientKey(table, service, record);
  return key;
}

/** The web request as another service of the cell signs it. @throws {Misused} for any other event. */
export function signEvent<Event>(event: Event, caller: string, callee: string, nowMs: number): Event {
  const trigger = triggerOf(event);
  if (trigger.kind !== 'http' || !isObject(event)) {
    throw new Misused('only web requests are signed: whoever invokes a function is let in by IAM');
  }
  const call = { caller, callee, request: requestOf(trigger, event), body: bodyOf(event) };
  const signature = signatureOf(parseSigningKeys(TEST_SIGNING_KEYS), call, nowMs);
  const { headers, multiValueHeaders } = event as Unknown;
  return {
    ...event,
    headers: { ...(isObject(headers) ? headers : {}), [SIGNATURE_HEADER]: signature },
    ...(isObject(multiValueHeaders)
      ? { multiValueHeaders: { ...multiValueHeaders, [SIGNATURE_HEADER]: [signature] } }
      : {}),
  };
}
