// E-mail by SMTP (RFC 5321), over TLS: from the start (smtps) or by STARTTLS, without which nothing is sent.
import type { Socket } from 'node:net';
import type { Message } from '../message.ts';
import type { ConfigOf } from './config.ts';
import { decoded, Failed, type Failure } from './failures.ts';
import { isLoopbackHost } from './hosts.ts';
import { mailOf } from './mail.ts';
import { guardedLookup, LIMIT_MS, unanswered, type PostParts } from './post.ts';

interface Server {
  readonly host: string;
  readonly port: number;
  readonly secure: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | undefined;
}

/** @throws {Failed} of what is none. `address` may hold a login, and is not shown. */
export function serverOf(address: string, insecure: boolean): Server {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^smtps?:$/.test(url.protocol) || url.hostname === '') {
    throw new Failed({
      why: 'its server is none: smtps://user:password@host:465 or smtp://user:password@host:587, with % before signs in a password as in any URL',
      retryable: false,
      secretRefused: true,
    });
  }
  const host = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (insecure && !isLoopbackHost(host)) {
    throw new Failed({ why: 'insecure is for a server on this machine alone', retryable: false });
  }
  const secure = url.protocol === 'smtps:';
  return {
    host,
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    auth: url.username === '' ? undefined : { user: decoded(url.username), pass: decoded(url.password) },
  };
}

/** @throws {Failed} */
export async function sendSmtp(
  config: ConfigOf<'smtp'>,
  address: string,
  message: Message,
  parts: PostParts,
  signal: AbortSignal,
): Promise<void> {
  const insecure = config.insecure === true;
  const server = serverOf(address, insecure);
  const { createTransport } = await import('nodemailer');
  const limit = new AbortController();
  const cancel = parts.clock.after(LIMIT_MS * 2, () => limit.abort());
  const either = AbortSignal.any([signal, limit.signal]);
  try {
    const connection = await connected(server, parts, either);
    const transport = createTransport({
      host: server.host,
      port: server.port,
      secure: server.secure,
      requireTLS: !insecure,
      ignoreTLS: insecure,
      // Without it, a server that offers no login would get the message from nobody.
      ...(server.auth === undefined ? {} : { auth: server.auth, forceAuth: true }),
      tls: { minVersion: 'TLSv1.2', ...(parts.ca === undefined ? {} : { ca: parts.ca }) },
      getSocket: (_options: unknown, give: (error: null, socket: { connection: Socket }) => void) => {
        give(null, { connection });
      },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    try {
      await transport.sendMail({ ...envelopeOf(config, message), signal: either });
    } finally {
      transport.close();
      connection.destroy();
    }
  } catch (error) {
    const ended = signal.aborted || limit.signal.aborted;
    throw ended ? unanswered(error, limit.signal.aborted, signal.aborted) : new Failed(smtpFailure(error));
  } finally {
    cancel();
  }
}

export function envelopeOf({ from, to }: ConfigOf<'smtp'>, message: Message) {
  const { subject, text, headers } = mailOf(message);
  const domain = from.slice(from.lastIndexOf('@') + 1);
  return {
    from: { name: 'flyball', address: from },
    to: [...to],
    subject,
    text,
    headers,
    date: new Date(message.at),
    // The same whenever it is tried: mailboxes show one of two.
    messageId: `<${message.id.replace(/[^\w-]/g, '-')}@${domain}>`,
  };
}

/** To where the name leads when it is connected to, and nowhere that is not of the internet. */
async function connected({ host, port }: Server, parts: PostParts, signal: AbortSignal): Promise<Socket> {
  const lookup = await guardedLookup(host, parts.privateHosts.includes(host));
  const { connect } = await import('node:net');
  return new Promise<Socket>((resolve, reject) => {
    const socket = connect({ host, port, lookup });
    const cutOff = () => socket.destroy(new Error('cut off'));
    signal.addEventListener('abort', cutOff, { once: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      signal.removeEventListener('abort', cutOff);
      socket.removeListener('error', reject);
      resolve(socket);
    });
    if (signal.aborted) cutOff();
  });
}

/** RFC 5321 4.2.1: of 5yz the same message is refused again, of 4yz it is not known. */
export function smtpFailure(error: unknown): Failure {
  if (error instanceof Failed) return error.failure;
  const { code, responseCode, response } = saidIn(error);
  const quoted = response;
  if (code === 'EAUTH') {
    const retryable = responseCode !== undefined && responseCode < 500;
    return { why: 'it does not accept the login', quoted, retryable, ...(retryable ? {} : { secretRefused: true }) };
  }
  if (code === 'ETLS') {
    return { why: 'no TLS could be agreed on, and nothing is sent without', quoted, retryable: false };
  }
  if (responseCode !== undefined) {
    return { why: `it answered ${responseCode}`, quoted, retryable: responseCode < 500 || responseCode === 503 };
  }
  return unanswered(error, false, false).failure;
}

function saidIn(error: unknown): {
  readonly code?: string;
  readonly responseCode?: number;
  readonly response?: string;
} {
  if (!(error instanceof Error)) return {};
  const { code, responseCode, response } = error as Error & Readonly<Record<string, unknown>>;
  return {
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof responseCode === 'number' ? { responseCode } : {}),
    ...(typeof response === 'string' ? { response } : {}),
  };
}
