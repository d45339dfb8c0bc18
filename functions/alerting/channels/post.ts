// Sends one POST over HTTPS: to addresses of the internet alone, without following redirects, in bounded time, and
// reading a bounded answer.
import type { LookupFunction } from 'node:net';
import type { Clock } from '../../../middleware/kernel/clock.ts';
import { Failed } from './failures.ts';
import { isLoopbackHost, isPublicAddress } from './hosts.ts';

export interface OutboundRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** Its first 64 KB. */
  readonly body: string;
}

/** @throws {Failed} without an answer. */
export type Post = (request: OutboundRequest, signal: AbortSignal) => Promise<Answer>;

export interface PostParts {
  readonly clock: Clock;
  /** Hosts that may have addresses that are not of the internet: what the deployment allows, never the document. */
  readonly privateHosts: readonly string[];
  /** Whose certificates are believed beside the usual ones, in PEM. */
  readonly ca?: string | undefined;
}

export const LIMIT_MS = 10_000;
const MOST_BYTES = 64 * 1_024;

export function poster(parts: PostParts): Post {
  return async ({ url, headers, body }, signal) => {
    const target = targetOf(url);
    const mayBePrivate = parts.privateHosts.includes(target.hostname.replace(/^\[|\]$/g, ''));
    const lookup = await guardedLookup(target.hostname, mayBePrivate);
    const { request } = target.protocol === 'https:' ? await import('node:https') : await import('node:http');
    const limit = new AbortController();
    const cancel = parts.clock.after(LIMIT_MS, () => limit.abort());
    try {
      return await new Promise<Answer>((resolve, reject) => {
        const sent = request(
          target,
          {
            method: 'POST',
            headers: { 'user-agent': 'flyball', ...headers, 'content-length': String(Buffer.byteLength(body)) },
            // A connection of its own: the next message is minutes away, perhaps on the other side of a freeze.
            agent: false,
            lookup,
            signal: AbortSignal.any([signal, limit.signal]),
            ...(parts.ca === undefined ? {} : { ca: parts.ca }),
          },
          (answer) => {
            const chunks: Buffer[] = [];
            let size = 0;
            const end = () => {
              const { statusCode = 0, headers: answered } = answer;
              const text = Buffer.concat(chunks).subarray(0, MOST_BYTES).toString('utf8');
              resolve({ status: statusCode, retryAfter: answered['retry-after'], body: text });
              answer.destroy();
            };
            answer.on('data', (chunk: Buffer) => {
              chunks.push(chunk);
              size += chunk.length;
              if (size >= MOST_BYTES) end();
            });
            answer.on('end', end);
            answer.on('error', reject);
          },
        );
        sent.on('error', reject);
        sent.end(body);
      });
    } catch (error) {
      throw unanswered(error, limit.signal.aborted, signal.aborted);
    } finally {
      cancel();
    }
  };
}

function targetOf(url: string): URL {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  const allowed = target?.protocol === 'https:' || (target?.protocol === 'http:' && isLoopbackHost(target.hostname));
  if (!target || !allowed) {
    throw new Failed({
      why: 'its address is no https address: put the whole one, as it was copied, where it is kept',
      retryable: false,
      secretRefused: true,
    });
  }
  return target;
}

/**
 * Looks a name up when it is connected to, so that what is checked is what is used.
 * @throws {Failed} when the host is an address itself, and not of the internet.
 */
export async function guardedLookup(hostname: string, mayBePrivate: boolean): Promise<LookupFunction> {
  const { isIP } = await import('node:net');
  const { lookup } = await import('node:dns');
  const address = hostname.replace(/^\[|\]$/g, '');
  if (isIP(address) !== 0 && !mayBePrivate && !isPublicAddress(address)) throw new Failed(NOT_PUBLIC);
  return (name, options, callback) => {
    lookup(name, { ...options, all: true }, (error, found) => {
      const [first] = found ?? [];
      if (error) callback(error, '');
      else if (!first || (!mayBePrivate && found.some((one) => !isPublicAddress(one.address)))) {
        callback(new Failed(NOT_PUBLIC), '');
      } else if (options.all) callback(null, found);
      else callback(null, first.address, first.family);
    });
  };
}

const NOT_PUBLIC = {
  why: 'its host is not on the internet: whoever deploys flyball allows it by the parameter alertPrivateHosts',
  retryable: false,
} as const;

export const NOT_CONNECTED = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|CredentialsProviderError)$/;

/** What kept an answer from coming; of what the machine says of it, its code alone. */
export function unanswered(error: unknown, late: boolean, cutOff: boolean): Failed {
  if (error instanceof Failed) return error;
  const code = codeOf(error);
  const lost = { retryable: true, maybeDelivered: true } as const;
  if (cutOff) return new Failed({ why: 'the time that was left was over before it answered', ...lost });
  if (late) return new Failed({ why: `it did not answer within ${LIMIT_MS / 1_000} s`, ...lost });
  if (/CERT|ALTNAME|SIGNATURE/.test(code)) {
    return new Failed({ why: `its certificate is not believed (${code})`, retryable: false });
  }
  return new Failed({
    why: `it could not be reached (${code})`,
    retryable: true,
    maybeDelivered: !NOT_CONNECTED.test(code),
  });
}

/** Of the machine; a library that has codes of its own keeps it beside. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { originalCode, code } = error as Error & { readonly originalCode?: unknown; readonly code?: unknown };
  const known = originalCode ?? code;
  return typeof known === 'string' ? known : error.name;
}
