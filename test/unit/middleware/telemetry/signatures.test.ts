import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameOf } from '../../../../middleware/telemetry/frame.ts';
import { compileRedaction } from '../../../../middleware/telemetry/redact.ts';
import { shapeOf } from '../../../../middleware/telemetry/shape.ts';
import { Signatures } from '../../../../middleware/telemetry/signatures.ts';

const last = { where: 'create-order', requestId: 'request-1', traceId: undefined };

describe('the shape of a message', () => {
  it.each([
    ['order 4711 has 3 items', 'order <n> has <n> items'],
    ['no order "o-1" of \'jane\'', 'no order "…" of "…"'],
    ["can't read, don't ask", "can't read, don't ask"],
    ['8f5a3c1e-0b7d-4c2a-9e61-1d2c3b4a5f60 is gone', '<id> is gone'],
    ['request 0xdeadbeef01 and 65f1a2b3c4', 'request <id> and <id>'],
    ['token AbCdEfGhIjKlMnOpQrStUv1 expired', 'token <id> expired'],
    ['took 12.5 ms at 10:31:07', 'took <n> ms at <n>'],
    ['two\n  lines', 'two lines'],
  ])('of %j is %j', (message, shape) => {
    expect(shapeOf(message)).toBe(shape);
  });

  it('is at most 200 characters', () => {
    expect(shapeOf('word '.repeat(1000))).toHaveLength(200);
  });
});

describe('the frame of a stack', () => {
  const stackOf = (...frames: readonly string[]) =>
    ['Error: x', ...frames.map((frame) => `    at ${frame}`)].join('\n');

  it.each([
    [
      'a function',
      ['charge (/var/task/src/payments.ts:12:34)', 'main (/var/task/a.ts:1:1)'],
      'charge (payments.ts:12)',
    ],
    ['an async method', ['async Shop.buy (file:///var/task/shop.mjs:7:1)'], 'Shop.buy (shop.mjs:7)'],
    ['code without a function', ['/var/task/handler.mjs:3:5'], 'handler.mjs:3'],
    ['a file of Windows', [String.raw`buy (C:\task\shop.js:7:1)`], 'buy (shop.js:7)'],
    [
      'the first that is not of Node, a package or flyball',
      [
        'new Promise (<anonymous>)',
        'process.processTicksAndRejections (node:internal/process/task_queues:105:5)',
        'send (/var/task/node_modules/@aws-sdk/client/index.js:1:1)',
        'timed (/home/dev/flyball/middleware/call/caller.ts:216:9)',
        'buy (/var/task/middleware/shop.ts:7:1)',
      ],
      'buy (shop.ts:7)',
    ],
    ['none', ['emit (node:events:1:1)'], ''],
  ])('is %s', (_what, frames, frame) => {
    expect(frameOf(stackOf(...frames))).toBe(frame);
  });

  it('is not a line of the message that looks like one', () => {
    expect(frameOf('Error: first\n    at fake (secret:1:1)\nmore\n    at real (/a/b.ts:2:3)')).toBe('real (b.ts:2)');
  });
});

describe('signatures', () => {
  const thrown = (message: string) => {
    const error = new TypeError(message);
    error.stack = `TypeError: ${message}\n    at charge (/var/task/payments.ts:12:34)`;
    return error;
  };
  const make = (fields: readonly string[] = []) => new Signatures(compileRedaction(fields));

  it('are one for errors that differ in their values alone', () => {
    const signatures = make();
    const ids = [1, 22, 333].map((order) => signatures.add(thrown(`order ${order} is gone`), last));
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-f]{12}$/);
    expect(signatures.read()).toEqual([
      {
        id: ids[0],
        type: 'TypeError',
        shape: 'order <n> is gone',
        frame: 'charge (payments.ts:12)',
        count: 3,
        where: 'create-order',
        requestId: 'request-1',
      },
    ]);
  });

  it('are the same on every instance', () => {
    expect(make().add(thrown('order 1 is gone'), last)).toBe(make().add(thrown('order 2 is gone'), last));
  });

  it.each([
    ['a text', 'order 7 is gone', { type: 'string', shape: 'order <n> is gone', frame: '' }],
    ['nothing', undefined, { type: 'undefined', shape: '', frame: '' }],
    ['an object without a name', { message: 'x' }, { type: 'object', shape: 'x', frame: '' }],
  ])('are made of %s that was thrown too', (_what, error, expected) => {
    const signatures = make();
    signatures.add(error, last);
    expect(signatures.read()[0]).toMatchObject(expected);
  });

  it('look at few stacks, and count on without them', () => {
    const signatures = make();
    let looked = 0;
    for (let i = 0; i < 150; i++) {
      const error = thrown('order 7 is gone');
      const { stack } = error;
      Object.defineProperty(error, 'stack', { get: () => (looked++, stack) });
      signatures.add(error, last);
    }
    expect(looked).toBe(20);
    expect(signatures.read()).toMatchObject([{ count: 150 }]);
  });

  it('tell very many errors apart by their type alone', () => {
    const signatures = make();
    for (let i = 0; i < 500; i++) signatures.add(thrown('order 7 is gone'), last);
    expect(signatures.read()).toMatchObject([
      { type: 'TypeError', shape: '', frame: '', count: 300 },
      { type: 'TypeError', shape: 'order <n> is gone', count: 200 },
    ]);
  });

  it('are bounded, and lose no error', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string()), { minLength: 1, maxLength: 400 }), (errors) => {
        const signatures = make();
        for (const [name, message] of errors) signatures.add({ name, message }, last);
        const read = signatures.read();
        expect(read.length).toBeLessThanOrEqual(61);
        expect(read.reduce((sum, { count }) => sum + count, 0)).toBe(errors.length);
      }),
    );
  });

  it('begin anew when cleared', () => {
    const signatures = make();
    signatures.add(thrown('x'), last);
    signatures.clear();
    expect(signatures.read()).toEqual([]);
  });

  const secret = fc.stringMatching(/^[a-zA-Z0-9]{8,30}$/).map((text) => `Zq${text}`);

  it('hold no value of a field that must not leave the function', () => {
    fc.assert(
      fc.property(secret, fc.integer({ min: 0, max: 4_000 }), (value, length) => {
        const signatures = make(['card']);
        const padding = 'word '.repeat(length).slice(0, length);
        for (const message of [
          `${padding} {"card":"${value}"}`,
          `${padding} card=${value}&x=1`,
          `${padding} {"card":"${'x '.repeat(2_000)}${value}"}`,
        ]) {
          signatures.add(new Error(message), last);
          signatures.add(Object.assign(new Error('x'), { name: `Failed card=${value}` }), last);
        }
        expect(JSON.stringify(signatures.read())).not.toContain(value);
      }),
    );
  });
});
