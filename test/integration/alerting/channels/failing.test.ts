// What goes wrong over the network: each failure says whether and when to try again, in bounded time, and shows no secret.
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { NotDelivered } from '../../../../functions/alerting/channel.ts';
import type { ChannelConfig } from '../../../../functions/alerting/channels/config.ts';
import { createChannels, type ChannelParts } from '../../../../functions/alerting/channels/index.ts';
import { fakeClock } from '../../../support/fake-clock.ts';
import { SOON } from '../../../support/patience.ts';
import { AT, message } from '../../../unit/functions/alerting/channels/messages.ts';
import { startReceiver, text, type Receiver } from './receiver.ts';

let receiver: Receiver;
beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());
beforeEach(() => {
  receiver.received.length = 0;
  receiver.answer(text(200, 'ok'));
});

const WHSEC = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const SECRET = 'ssm:/flyball/prod/alerts/secret';
const HOOK = 'ssm:/flyball/prod/alerts/hook';
const open = new AbortController().signal;

async function failing(
  config: ChannelConfig,
  secrets: Record<string, string | undefined>,
  parts: Partial<ChannelParts> = {},
  signal = open,
): Promise<NotDelivered> {
  const channels = createChannels({
    clock: fakeClock(AT),
    privateHosts: ['127.0.0.1', '::1'],
    readSecret: async (reference) => secrets[reference] ?? '',
    ...parts,
  });
  const error: unknown = await channels('night', config)(message, signal).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(NotDelivered);
  return error as NotDelivered;
}

const slack: ChannelConfig = { type: 'slack', webhook: HOOK };
const toReceiver = () => ({ [HOOK]: `${receiver.url}/services/T00/B00/xxxxxxxxxxxxxxxxxxxxxxxx` });

describe('an answer that is none', () => {
  it.each([
    [429, { 'retry-after': '30' }, { retryable: true, retryAfterMs: 30_000, maybeDelivered: false }],
    [500, {}, { retryable: true, retryAfterMs: undefined, maybeDelivered: false }],
    [504, {}, { retryable: true, maybeDelivered: true }],
    [400, {}, { retryable: false }],
  ] as const)('%d %o', async (status, headers, expected) => {
    receiver.answer(text(status, 'because', headers));
    const error = await failing(slack, toReceiver());
    expect(error).toMatchObject(expected);
    expect(error.message).toMatch(/^night \(slack\): .*: "because"$/);
  });

  it('of a redirect is not followed', async () => {
    receiver.answer(text(307, '', { location: `${receiver.url}/elsewhere` }));
    const error = await failing(slack, toReceiver());
    expect(error).toMatchObject({
      retryable: false,
      message: expect.stringContaining('redirects are not followed') as string,
    });
    expect(receiver.received).toHaveLength(1);
  });

  it('that never comes is given up after ten seconds, and no timer is left', async () => {
    const clock = fakeClock(AT);
    receiver.answer(() => undefined);
    const failed = failing(slack, toReceiver(), { clock });
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), SOON);
    clock.advance(10_000);
    expect(await failed).toMatchObject({
      ...{ retryable: true, maybeDelivered: true },
      message: 'night (slack): it did not answer within 10 s',
    });
    expect(clock.timers).toBe(0);
  });

  it('that stops halfway, with the connection or without, is tried again', async () => {
    receiver.answer((response) => {
      response.writeHead(200, { 'content-length': '10' }).write('o');
      response.socket?.end();
    });
    expect(await failing(slack, toReceiver())).toMatchObject({ retryable: true, maybeDelivered: true });
    receiver.answer((response) => response.socket?.resetAndDestroy());
    const reset = await failing(slack, toReceiver());
    expect(reset).toMatchObject({
      ...{ retryable: true, maybeDelivered: true },
      message: 'night (slack): it could not be reached (ECONNRESET)',
    });
  });

  it('is ended when there is no time left', async () => {
    const left = new AbortController();
    receiver.answer(() => left.abort());
    expect(await failing(slack, toReceiver(), {}, left.signal)).toMatchObject({
      retryable: true,
      message: expect.stringContaining('the time that was left was over') as string,
    });
  });

  it('that does not end is read for 64 KB', async () => {
    receiver.answer((response) => {
      response.writeHead(500);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    const error = await failing(slack, toReceiver());
    expect(error.message.length).toBeLessThan(400);
    expect(error).toMatchObject({ retryable: true });
  });

  it('of 200 with a code in it is a failure', async () => {
    receiver.answer(text(200, '{"errcode":310000,"errmsg":"keywords not in content"}'));
    const error = await failing({ type: 'dingtalk', webhook: HOOK }, toReceiver());
    expect(error).toMatchObject({ retryable: false });
    expect(error.message).toMatch(/safety settings.*\(310000\): "keywords not in content"$/);
  });

  it('does not come from where nobody listens', async () => {
    expect(await failing(slack, { [HOOK]: 'http://127.0.0.1:9/' })).toMatchObject({
      retryable: true,
      maybeDelivered: false,
      message: 'night (slack): it could not be reached (ECONNREFUSED)',
    });
  });
});

describe('an address that is not of the internet', () => {
  const hook: ChannelConfig = { type: 'webhook', url: 'https://127.0.0.1:1/', secret: SECRET };

  it.each([
    'https://169.254.169.254/latest/meta-data',
    'https://[::ffff:10.0.0.1]/',
    'https://[fd00:ec2::254]/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://localhost/',
  ])('%s is not connected to', async (url) => {
    const error = await failing({ ...hook, url }, { [SECRET]: WHSEC }, { privateHosts: [] });
    expect(error).toMatchObject({ retryable: false });
    expect(error.message).toMatch(/its host is not on the internet: .* alertPrivateHosts$/);
  });

  it('is none by its name either, when it is looked up', async () => {
    const url = receiver.url.replace('127.0.0.1', 'localhost');
    const error = await failing({ ...hook, url }, { [SECRET]: WHSEC }, { privateHosts: ['127.0.0.1'] });
    expect(error.message).toContain('not on the internet');
    expect(receiver.received).toEqual([]);
    const channels = createChannels({
      clock: fakeClock(AT),
      privateHosts: ['localhost'],
      readSecret: async () => WHSEC,
    });
    await channels('night', { ...hook, url })(message, open);
    expect(receiver.received).toHaveLength(1);
  });

  it.each(['no address', 'ftp://example.com/x', 'http://example.com/x', ''])(
    '"%s" of a secret is none at all',
    async (address) => {
      const error = await failing(slack, { [HOOK]: address });
      expect(error).toMatchObject({ retryable: false });
      if (address !== '') expect(error.message).not.toContain(address);
    },
  );
});

describe("PagerDuty's events", () => {
  it('may be sent again when one of them was not taken: those before it were', async () => {
    let taken = 0;
    receiver.answer((response) => text(taken++ === 0 ? 202 : 429)(response));
    const config: ChannelConfig = { type: 'pagerduty', routingKey: SECRET };
    const notices = message.notices.flatMap((notice) => [notice, { ...notice, id: 'second' }]);
    const channels = createChannels({
      ...{ clock: fakeClock(AT), privateHosts: ['127.0.0.1'], pagerDutyUrl: receiver.url },
      readSecret: async () => 'e93facc04764012d7bfb002500d5d1a6',
    });
    await expect(channels('night', config)({ ...message, notices }, open)).rejects.toMatchObject({
      retryable: true,
      maybeDelivered: true,
    });
  });
});

describe('a secret that is refused', () => {
  it('is read anew, once, and tried again when it has changed', async () => {
    let asked = 0;
    const readSecret = async () => `${receiver.url}/${asked++ === 0 ? 'old' : 'new'}`;
    receiver.answer((response, { url }) => text(url === '/new' ? 200 : 403)(response));
    await createChannels({ clock: fakeClock(AT), privateHosts: ['127.0.0.1'], readSecret })('night', slack)(
      message,
      open,
    );
    expect(receiver.received.map(({ url }) => url)).toEqual(['/old', '/new']);
    expect(asked).toBe(2);
  });

  it('is not tried again as it was, nor when it cannot be read', async () => {
    receiver.answer(text(403, 'invalid_token'));
    let asked = 0;
    const error = await failing(
      slack,
      {},
      {
        readSecret: async () => {
          asked += 1;
          if (asked === 1) return `${receiver.url}/old`;
          throw new Error('store down');
        },
      },
    );
    expect(error).toMatchObject({ retryable: false, message: 'night (slack): the address is wrong (invalid_token)' });
    expect(receiver.received).toHaveLength(1);
  });
});

describe('no secret', () => {
  const words = fc.stringMatching(/^[A-Za-z0-9+/_-]{12,40}$/);

  const configs = {
    slack: { type: 'slack', webhook: HOOK },
    webhook: { type: 'webhook', url: HOOK, secret: SECRET },
    dingtalk: { type: 'dingtalk', webhook: HOOK, secret: SECRET },
    feishu: { type: 'feishu', webhook: HOOK, secret: SECRET },
    wecom: { type: 'wecom', webhook: HOOK },
    pagerduty: { type: 'pagerduty', routingKey: SECRET },
  } satisfies Partial<Record<ChannelConfig['type'], ChannelConfig>>;

  it('is ever in what is thrown, whatever is answered', async () => {
    await fc.assert(
      fc.asyncProperty(
        words,
        words,
        fc.constantFrom(200, 400, 403, 404, 429, 500),
        fc.constantFrom('slack', 'webhook', 'dingtalk', 'feishu', 'wecom', 'pagerduty'),
        async (token, secret, status, type) => {
          const hook = `${receiver.url}/hooks/${encodeURIComponent(token)}?access_token=${encodeURIComponent(token)}`;
          const key = `whsec_${Buffer.from(secret.padEnd(24, 'x')).toString('base64')}`;
          const config = configs[type];
          // It says back all that it was given.
          receiver.answer((response, { url, headers, body }) => {
            const said = `${url} ${decodeURIComponent(url)} ${JSON.stringify(headers)} ${body} ${secret}`;
            const coded = JSON.stringify({ errcode: 9, code: 9, errmsg: said, msg: said });
            text(status, type === 'slack' ? said : coded)(response);
          });
          const secrets: Record<string, string> = { [HOOK]: hook, [SECRET]: type === 'webhook' ? key : secret };
          const channels = createChannels({
            clock: fakeClock(AT),
            privateHosts: ['127.0.0.1'],
            readSecret: async (reference) => secrets[reference] ?? '',
            pagerDutyUrl: receiver.url,
          });
          const error: unknown = await channels('night', config)(message, open).catch((thrown: unknown) => thrown);
          if (error === undefined) return;
          const { message: said, stack, cause } = error as Error;
          const shown = [said, stack, JSON.stringify(error), String(cause)];
          for (const hidden of [token, secret, key]) expect(shown.join()).not.toContain(hidden);
        },
      ),
      { numRuns: 30 },
    );
  });
});
