// Taking the wrapper off, or putting it on, changes nothing while no rules say otherwise: same arguments, same results,
// same errors, whatever comes in and goes out.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Context } from 'aws-lambda';
import fc from 'fast-check';
import middy from '@middy/core';
import { describe, expect, inject, it } from 'vitest';
import type * as Flyball from 'flyball';
import type * as Testing from 'flyball/testing';

const installed = (file: string): string =>
  pathToFileURL(join(inject('project'), 'node_modules/flyball/dist', file)).href;
const { govern, governed, governPlugin } = (await import(installed('index.js'))) as typeof Flyball;
const { events } = (await import(installed('testing.js'))) as typeof Testing;

type Handler = (event: unknown, context: Context) => unknown;
type Wrap = (handler: Handler) => Handler;

const quiet = { info: () => {}, warn: () => {}, error: () => {} };
const options = { service: 'shop', logger: quiet };
const wraps: readonly [string, Wrap][] = [
  ['governed()', (handler) => governed(options, handler)],
  ['middy().use(govern())', (handler) => bare(middy(governPlugin).use(govern(options)).handler(handler))],
];

/** Middy's handlers can do more than be called. */
const bare =
  (stack: (event: unknown, context: Flyball.GovernedContext) => unknown): Handler =>
  (event, context) =>
    stack(event, context as Flyball.GovernedContext);

const contextOf = () =>
  ({ functionName: 'shop', awsRequestId: 'request-1', getRemainingTimeInMillis: () => 10_000 }) as Context;

type Settled = { readonly value: unknown } | { readonly thrown: unknown };

/** As Lambda calls a handler: with an event and a context, on nothing. */
async function settled(handler: Handler, event: unknown, context: Context): Promise<Settled> {
  try {
    return { value: await handler(event, context) };
  } catch (thrown) {
    return { thrown };
  }
}

/** Everything that Lambda can hand to a function: any JSON, and what its triggers send. */
const anyEvent = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(...Object.values(events).map((triggered: () => unknown) => triggered())),
);

const error = fc.oneof(
  fc.string().map((message) => new Error(message)),
  fc.string().map((message) => Object.assign(new TypeError(message), { statusCode: 418, expose: true })),
  fc.constantFrom<unknown>('text', 42, null, { statusCode: 500 }, undefined),
);

/** What a handler does: answers or throws, at once or later. */
const anyDoing = fc.record({
  ends: fc.oneof(
    fc.anything().map((value) => ({ value })),
    fc
      .constantFrom<unknown>({ statusCode: 200, body: 'ok' }, { batchItemFailures: [] }, undefined)
      .map((value) => ({ value })),
    error.map((thrown) => ({ thrown })),
  ),
  later: fc.boolean(),
});

function handlerDoing({ ends, later }: { readonly ends: Settled; readonly later: boolean }): Handler {
  const end = () => {
    if ('thrown' in ends) throw ends.thrown;
    return ends.value;
  };
  return later ? async () => end() : end;
}

describe.each(wraps)('%s around a handler', (_name, wrap) => {
  it('answers with the very value, and throws the very error, of the handler', async () => {
    await fc.assert(
      fc.asyncProperty(anyEvent, anyDoing, async (event, doing) => {
        const handler = handlerDoing(doing);
        const plain = await settled(handler, event, contextOf());
        const wrapped = await settled(wrap(handler), event, contextOf());
        expect(Object.keys(wrapped)).toEqual(Object.keys(plain));
        expect(Object.is(Object.values(wrapped)[0], Object.values(plain)[0])).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('hands over the very event, unchanged, and the context with nothing but `flyball` added', async () => {
    await fc.assert(
      fc.asyncProperty(anyEvent, async (event) => {
        const before = structuredClone(event);
        const context = contextOf();
        const known = Object.keys(context);
        let seen: readonly unknown[] = [];
        await wrap((...given) => void (seen = given))(event, context);
        expect(Object.is(seen[0], event)).toBe(true);
        expect(seen[1]).toBe(context);
        expect(event).toEqual(before);
        expect(Object.keys(context)).toEqual([...known, 'flyball']);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps no state between invocations that a handler could see', async () => {
    const handler = wrap((event) => ({ echoed: event }));
    const answers = await Promise.all([1, 2, 3].map((n) => handler({ n }, contextOf())));
    expect(answers).toEqual([1, 2, 3].map((n) => ({ echoed: { n } })));
  });
});

it('governed() calls the handler as Lambda does: on nothing, with an event and a context alone', async () => {
  const seen: { on?: unknown; given?: number } = {};
  const handler = governed(options, function (this: unknown, ...given: unknown[]) {
    Object.assign(seen, { on: this, given: given.length });
  });
  await handler({}, contextOf());
  expect(seen).toEqual({ on: undefined, given: 2 });
});
