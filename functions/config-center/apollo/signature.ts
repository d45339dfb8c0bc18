// Callers that sign as Apollo's clients do: `Authorization: Apollo <appId>:<signature>`, HMAC-SHA1 of time, path and query.
import { readConfigReaders } from '../../../store/items/config-readers.ts';
import type { Table } from '../../../store/port.ts';
import { isName, Problem, type Caller, type OpenRequest } from '../../api/index.ts';

/** Apollo's own: a clock may be that far off. */
const SKEW_MS = 60_000;

/** The caller of a signed request; undefined for one that presents something else. @throws {Problem} 401 */
export async function signedCaller(table: Table, request: OpenRequest): Promise<Caller | undefined> {
  const { headers, params, query, at } = request;
  const [, signature] = /^apollo +[^:]*:([A-Za-z0-9+/=]{1,64})$/i.exec(headers.get('authorization') ?? '') ?? [];
  if (signature === undefined) return undefined;
  const service = params['service'] ?? query.get('appId') ?? '';
  const timestamp = headers.get('timestamp') ?? '';
  const isTimely = /^[0-9]{1,15}$/.test(timestamp) && Math.abs(at - Number(timestamp)) < SKEW_MS;
  if (!isTimely) throw unauthorized('The request’s Timestamp is not within a minute of the time here.');
  const readers = isName(service) ? await readConfigReaders(table, service) : [];
  const signed = `${timestamp}\n${pathAndQuery(request)}`;
  const reader = readers.find(
    ({ secret, expiresAt }) =>
      (expiresAt === undefined || at < expiresAt) && isSame(signature, signatureOf(secret, signed)),
  );
  if (!reader) throw unauthorized('The signature is not by an access key of this application that is good.');
  return { name: reader.name, identity: `reader:${service}:${reader.id}`, role: 'viewer', services: [service] };
}

/** As they were sent: what a gateway makes of them is not what was signed. */
function pathAndQuery({ path, rawQuery }: OpenRequest): string {
  return rawQuery === '' ? path : `${path}?${rawQuery}`;
}

export function signatureOf(secret: string, signed: string): string {
  return crypto().createHmac('sha1', secret).update(signed).digest('base64');
}

function isSame(given: string, made: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(made)];
  return one.length === other.length && crypto().timingSafeEqual(one, other);
}

const crypto = () => process.getBuiltinModule('node:crypto');

function unauthorized(detail: string): Problem {
  return new Problem(401, detail, {
    code: 'UNAUTHORIZED',
    headers: { 'www-authenticate': 'Bearer realm="flyball", error="invalid_token"' },
  });
}
