// E-mail over real SMTP: nothing is sent without TLS, logins are tried, and what servers answer decides about the next try.
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { NotDelivered } from '../../../../functions/alerting/channel.ts';
import type { ConfigOf } from '../../../../functions/alerting/channels/config.ts';
import { createChannels } from '../../../../functions/alerting/channels/index.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { AT, message, nightly } from '../../../unit/functions/alerting/channels/messages.ts';
import { CERTIFICATE, KEY } from './localhost-certificate.ts';

interface Delivered {
  readonly user: unknown;
  readonly secure: boolean;
  readonly to: readonly string[];
  readonly raw: string;
}

const SERVER = 'ssm:/flyball/prod/alerts/smtp';
const config: ConfigOf<'smtp'> = {
  type: 'smtp',
  server: SERVER,
  from: 'flyball@example.com',
  to: ['orders@example.com', 'boss@example.com'],
};

let stop: (() => Promise<void>) | undefined;
afterEach(async () => {
  await stop?.();
  stop = undefined;
});

async function start(options: SMTPServerOptions): Promise<{ readonly port: number; readonly delivered: Delivered[] }> {
  const delivered: Delivered[] = [];
  const server = new SMTPServer({
    key: KEY,
    cert: CERTIFICATE,
    logger: false,
    onAuth({ username, password }, _session, done) {
      if (username === 'flyball@example.com' && password === 'p@ss word/1') done(null, { user: username });
      else done(new Error(`no login ${username} ${password}`));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        const raw = Buffer.concat(chunks).toString('utf8');
        delivered.push({ user: session.user, secure: session.secure, to, raw });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stop = () => new Promise((resolve) => server.close(resolve));
  return { port: (server.server.address() as AddressInfo).port, delivered };
}

async function send(address: string, given: Partial<ConfigOf<'smtp'>> = {}, ca: string | undefined = CERTIFICATE) {
  const channels = createChannels({
    clock: fakeClock(AT),
    privateHosts: ['127.0.0.1', 'localhost'],
    readSecret: async () => address,
    ...(ca === '' ? {} : { ca }),
  });
  await channels('mail', { ...config, ...given })(message, new AbortController().signal);
}

async function failing(...args: Parameters<typeof send>): Promise<NotDelivered> {
  const error: unknown = await send(...args).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NotDelivered);
  return error as NotDelivered;
}

const LOGIN = 'flyball%40example.com:p%40ss%20word%2F1';

describe('by SMTP', () => {
  it.each([
    ['STARTTLS', false, 'smtp'],
    ['TLS from the start', true, 'smtps'],
  ])('a message goes with %s and a login', async (_name, secure, scheme) => {
    const { port, delivered } = await start({ secure });
    await send(`${scheme}://${LOGIN}@localhost:${port}`);
    expect(delivered).toMatchObject([{ user: 'flyball@example.com', secure: true, to: config.to }]);
    const raw = delivered[0]?.raw ?? '';
    const [head = '', ...body] = raw.split('\r\n\r\n');
    expect(head.split('\r\n').map((line) => line.trim())).toEqual(
      expect.arrayContaining([
        'From: flyball <flyball@example.com>',
        'To: orders@example.com, boss@example.com',
        'Auto-Submitted: auto-generated',
        'X-Flyball-Message: b5bb9d8014a0f9b1',
        'Message-ID: <b5bb9d8014a0f9b1@example.com>',
        'Date: Sun, 22 Nov 2026 07:00:00 +0000',
        'Content-Type: text/plain; charset=utf-8',
      ]),
    );
    expect(head.replace(/\r\n /g, '')).toContain('Subject: [flyball prod] FIRING deferred');
    expect(head.replace(/\r\n /g, '')).toContain('settlement/nightly-check');
    expect(body.join('\r\n\r\n').replace(/=\r\n/g, '')).toContain('Owner: team-orders');
  });

  it('names in a subject neither add a header nor lose a character', async () => {
    const { port, delivered } = await start({ authOptional: true });
    const channels = createChannels({ clock: fakeClock(AT), privateHosts: ['localhost'], ca: CERTIFICATE });
    const named = { ...nightly, service: '结算\r\nBcc: x@evil.example' };
    const server = `smtp://localhost:${port}`;
    await channels('mail', { ...config, server })({ ...message, notices: [named] }, new AbortController().signal);
    const { raw = '', to } = delivered[0] ?? {};
    expect(to).toEqual(config.to);
    expect(raw).not.toMatch(/^Bcc:/im);
    expect(raw).toMatch(/^Subject: .*=\?UTF-8\?/m);
  });

  it('nothing goes without TLS, nor where the certificate is not believed', async () => {
    const { port, delivered } = await start({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'], authOptional: true });
    const plain = await failing(`smtp://localhost:${port}`);
    expect(plain).toMatchObject({ retryable: false });
    expect(plain.message).toMatch(/^mail \(smtp\): no TLS could be agreed on, and nothing is sent without/);
    await stop?.();
    const other = await start({ secure: true });
    const stranger = await failing(`smtps://${LOGIN}@localhost:${other.port}`, {}, '');
    expect(stranger).toMatchObject({ retryable: false });
    expect(stranger.message).toContain('its certificate is not believed');
    expect([...delivered, ...other.delivered]).toEqual([]);
  });

  it('it goes without, insecure, to this machine alone', async () => {
    const { port, delivered } = await start({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'], authOptional: true });
    await send(`smtp://127.0.0.1:${port}`, { insecure: true });
    expect(delivered).toMatchObject([{ secure: false }]);
    expect(await failing('smtp://mail.example.com', { insecure: true })).toMatchObject({
      message: 'mail (smtp): insecure is for a server on this machine alone',
    });
  });

  it('a login that is refused is not tried again, and not shown', async () => {
    const { port } = await start({});
    const error = await failing(`smtp://${LOGIN}-old@localhost:${port}`);
    expect(error).toMatchObject({
      retryable: false,
      message: 'mail (smtp): it does not accept the login (what it said held a secret, and is left out)',
    });
  });

  it.each([
    [450, true],
    [550, false],
  ])('recipients refused with %d: tried again %s', async (responseCode, retryable) => {
    const { port } = await start({
      authOptional: true,
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error('mailbox full'), { responseCode })),
    });
    const error = await failing(`smtp://localhost:${port}`);
    expect(error).toMatchObject({ retryable });
    expect(error.message).toBe(`mail (smtp): it answered ${responseCode}: "${responseCode} mailbox full"`);
  });

  it('where nobody listens it is tried again, and a server that is none is not', async () => {
    expect(await failing(`smtps://${LOGIN}@127.0.0.1:9`)).toMatchObject({
      retryable: true,
      message: 'mail (smtp): it could not be reached (ECONNREFUSED)',
    });
    const none = await failing('hunter2hunter2');
    expect(none).toMatchObject({ retryable: false });
    expect(none.message).not.toContain('hunter2');
  });

  it('a server that says nothing is given up after twenty seconds', async () => {
    const silent = createServer();
    const connected = new Promise<Socket>((resolve) => void silent.once('connection', resolve));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const clock = fakeClock(AT);
    const server = `smtp://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const channels = createChannels({ clock, privateHosts: ['127.0.0.1'], readSecret: async () => '' });
    const sent = channels('mail', { ...config, server })(message, new AbortController().signal);
    const failed = expect(sent).rejects.toMatchObject({ retryable: true, maybeDelivered: true });
    const socket = await connected;
    clock.advance(20_000);
    await failed;
    expect(clock.timers).toBe(0);
    socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('no server is asked that is not on the internet', async () => {
    const channels = createChannels({
      clock: fakeClock(AT),
      privateHosts: [],
      readSecret: async () => 'smtps://10.0.0.1',
    });
    await expect(channels('mail', config)(message, new AbortController().signal)).rejects.toThrow(
      'not on the internet',
    );
  });
});
