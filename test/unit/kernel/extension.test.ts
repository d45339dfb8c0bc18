import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BEGIN_WITHIN_MS, Extension, HOLD_AT_MOST_MS } from '../../../middleware/kernel/extension.ts';
import {
  ExtensionRefused,
  type ExtensionEvent,
  type ExtensionsApi,
} from '../../../middleware/kernel/extensions-api.ts';
import type { Logger } from '../../../middleware/kernel/logger.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { silentLogger } from '../../support/instance.ts';

/** How long the function of these tests may run, ms. */
const TIMEOUT_MS = 10_000;

/** Lets everything that is not waiting for time or for the platform happen. */
const settled = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** The platform as an extension meets it: it hands out events one by one, to whoever has asked for the next. */
function platform(clock: { now(): number }) {
  let asking: PromiseWithResolvers<ExtensionEvent> | undefined;
  let asked = 0;
  const api: ExtensionsApi = {
    register: () => Promise.resolve('identifier'),
    next() {
      asked += 1;
      asking = Promise.withResolvers<ExtensionEvent>();
      return asking.promise;
    },
  };
  return {
    api,
    /** How often the next event was asked for. */
    asked: () => asked,
    invoke: async (requestId: string): Promise<void> => {
      asking?.resolve({ eventType: 'INVOKE', requestId, deadlineMs: clock.now() + TIMEOUT_MS });
      await settled();
    },
    breaks: async (error: Error): Promise<void> => {
      asking?.reject(error);
      await settled();
    },
  };
}

async function listening(logger: Logger = silentLogger) {
  const clock = fakeClock();
  const { api, ...rest } = platform(clock);
  const extension = new Extension(clock, logger);
  await extension.start(api, 'flyball');
  await settled();
  const passing = async (ms: number) => {
    clock.advance(ms);
    await settled();
  };
  return { clock, extension, passing, ...rest };
}

function lines() {
  const said: string[] = [];
  const say = (message: string, fields: Record<string, unknown>) =>
    void said.push(`${message} ${JSON.stringify(fields)}`);
  return { said, logger: { info: say, warn: say, error: say } };
}

describe('the extension', () => {
  it('asks for its first event at once, and for the next when what was kept has ended', async () => {
    const { extension, invoke, asked, clock } = await listening();
    expect(asked()).toBe(1);
    await invoke('a');
    const work = Promise.withResolvers<void>();
    extension.begin('a');
    expect(extension.keep('a', work.promise)).toBe(true);
    extension.end('a');
    await settled();
    expect(asked()).toBe(1);
    work.resolve();
    await settled();
    expect(asked()).toBe(2);
    expect(clock.timers).toBe(0);
  });

  it('holds an invocation that ends before its event is here', async () => {
    const { extension, invoke, asked } = await listening();
    const work = Promise.withResolvers<void>();
    extension.begin('a');
    expect(extension.keep('a', work.promise)).toBe(true);
    extension.end('a');
    await invoke('a');
    expect(asked()).toBe(1);
    work.resolve();
    await settled();
    expect(asked()).toBe(2);
  });

  it('asks at once when nothing was kept', async () => {
    const { extension, invoke, asked } = await listening();
    await invoke('a');
    extension.begin('a');
    expect(extension.keep('a', undefined)).toBe(true);
    extension.end('a');
    await settled();
    expect(asked()).toBe(2);
  });

  it('waits for the outermost of nested stacks', async () => {
    const { extension, invoke, asked } = await listening();
    await invoke('a');
    extension.begin('a');
    extension.begin('a');
    extension.end('a');
    await settled();
    expect(asked()).toBe(1);
    extension.end('a');
    await settled();
    expect(asked()).toBe(2);
  });

  it('does not hold an invocation it never hears of', async () => {
    const { invoke, asked, passing } = await listening();
    await invoke('a');
    await passing(BEGIN_WITHIN_MS - 1);
    expect(asked()).toBe(1);
    await passing(1);
    expect(asked()).toBe(2);
  });

  it('takes nothing for an invocation it no longer holds, and holds the next', async () => {
    const { extension, invoke, asked, passing } = await listening();
    await invoke('late');
    await passing(BEGIN_WITHIN_MS);
    extension.begin('late');
    expect(extension.keep('late', Promise.resolve())).toBe(false);
    extension.end('late');
    await invoke('b');
    extension.begin('b');
    expect(extension.keep('b', Promise.resolve())).toBe(true);
    extension.end('b');
    await settled();
    expect(asked()).toBe(3);
  });

  it('holds the same invocation again, as the platform repeats it under its first id', async () => {
    const { extension, invoke, asked } = await listening();
    for (const times of [1, 2, 3]) {
      await invoke('a');
      extension.begin('a');
      expect(extension.keep('a', Promise.resolve())).toBe(true);
      extension.end('a');
      await settled();
      expect(asked()).toBe(times + 1);
    }
  });

  it('gives up what hangs, and an end that is never told, in time for the function', async () => {
    const { extension, invoke, asked, passing, clock } = await listening();
    await invoke('hangs');
    extension.begin('hangs');
    extension.keep('hangs', new Promise(() => undefined));
    extension.end('hangs');
    await passing(HOLD_AT_MOST_MS);
    expect(asked()).toBe(2);
    await invoke('forgotten');
    extension.begin('forgotten');
    await passing(TIMEOUT_MS - 1_000);
    expect(asked()).toBe(2);
    await passing(999);
    expect(asked()).toBe(3);
    expect(clock.timers).toBe(0);
  });

  it('holds nothing any more, and says so once, when a stack does not tell of its begin', async () => {
    const { said, logger } = lines();
    const { extension, invoke, asked } = await listening(logger);
    await invoke('a');
    expect(extension.keep('a', Promise.resolve())).toBe(false);
    await settled();
    expect(asked()).toBe(2);
    await invoke('b');
    expect(asked()).toBe(3);
    expect(extension.keep('b', Promise.resolve())).toBe(false);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('middy(governPlugin)');
  });

  it('takes nothing before it has registered, nor after a registration that was refused, and says so once', async () => {
    const { said, logger } = lines();
    const extension = new Extension(fakeClock(), logger);
    const registration = Promise.withResolvers<string>();
    const starting = extension.start(
      { register: () => registration.promise, next: () => Promise.reject(new Error()) },
      'x',
    );
    extension.begin('a');
    expect(extension.keep('a', Promise.resolve())).toBe(false);
    registration.reject(new ExtensionRefused('register was answered with 403: registration closed'));
    await starting;
    expect(extension.keep('a', Promise.resolve())).toBe(false);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain('flyball.ready()');
  });

  it('asks again when its question breaks, and gives up when it is refused', async () => {
    const { said, logger } = lines();
    const { extension, invoke, breaks, asked } = await listening(logger);
    for (let i = 0; i < 5; i++) await breaks(new Error('ECONNRESET'));
    expect(asked()).toBe(6);
    await invoke('a');
    extension.begin('a');
    expect(extension.keep('a', undefined)).toBe(true);
    extension.end('a');
    await settled();
    await breaks(new ExtensionRefused('event/next was answered with 403'));
    expect(asked()).toBe(7);
    extension.begin('b');
    expect(extension.keep('b', Promise.resolve())).toBe(false);
    expect(said).toHaveLength(1);
  });
});

/** One invocation in an environment: what the platform and the handler do, in what order, and how long after each other. */
interface Life {
  /** After how many of the handler's steps the event arrives. */
  readonly eventAfter: number;
  readonly gapsMs: readonly number[];
  /** `silent`: flyball's hooks never run. `cut`: the end is never told. */
  readonly told: 'whole' | 'silent' | 'cut';
  /** How long what is kept takes, ms; Infinity hangs. */
  readonly workMs: number;
  readonly sameIdAsBefore: boolean;
}

const life: fc.Arbitrary<Life> = fc.record({
  eventAfter: fc.integer({ min: 0, max: 3 }),
  gapsMs: fc.array(fc.constantFrom(0, 1, 20, 49, 51, 400), { minLength: 4, maxLength: 4 }),
  told: fc.constantFrom('whole', 'whole', 'whole', 'silent', 'cut'),
  workMs: fc.constantFrom(0, 5, 80, Infinity),
  sameIdAsBefore: fc.boolean(),
});

describe('whatever the order of events, begins and ends', () => {
  it('the environment stays awake for all that was kept, and is always given back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(life, { minLength: 1, maxLength: 5 }), async (lives) => {
        const { clock, extension, invoke, asked, passing } = await listening();
        let requestId = '';
        for (const [i, { eventAfter, gapsMs, told, workMs, sameIdAsBefore }] of lives.entries()) {
          requestId = sameIdAsBefore && i > 0 ? requestId : `request-${i}`;
          const askedBefore = asked();
          let kept = false;
          let workEndsAt = Infinity;
          let handedOverAt = Infinity;
          const steps = [
            () => extension.begin(requestId),
            () => {
              const work = new Promise<void>((resolve) => {
                if (workMs < Infinity) clock.after(workMs, resolve);
              });
              workEndsAt = clock.now() + workMs;
              kept = extension.keep(requestId, work);
            },
            () => {
              handedOverAt = clock.now();
              extension.end(requestId);
            },
          ].slice(0, told === 'silent' ? 0 : told === 'cut' ? 2 : 3);
          let eventAt = Infinity;
          for (let step = 0; step <= 3; step++) {
            if (step === eventAfter) {
              eventAt = clock.now();
              await invoke(requestId);
            }
            steps[step]?.();
            await settled();
            await passing(gapsMs[step] ?? 0);
          }
          while (asked() === askedBefore && clock.now() - eventAt <= TIMEOUT_MS) {
            await passing(Math.max(1, (clock.nextAt ?? 0) - clock.now()));
          }
          expect(asked()).toBe(askedBefore + 1);
          const limitAt = Math.max(handedOverAt, eventAt) + HOLD_AT_MOST_MS;
          if (kept && told === 'whole') expect(clock.now()).toBeGreaterThanOrEqual(Math.min(workEndsAt, limitAt));
          // Whatever the work's own timers are, the extension has left none.
          if (workEndsAt !== Infinity && clock.now() < workEndsAt) await passing(workEndsAt - clock.now());
          expect(clock.timers).toBe(0);
        }
      }),
      { numRuns: 300 },
    );
  });
});
