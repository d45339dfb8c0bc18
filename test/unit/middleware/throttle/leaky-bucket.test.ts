// What a leaky bucket does with those that come too early: held in order, never past what they can afford, else refused.
import { describe, expect, it } from 'vitest';
import { DeadlineExceeded, Refused } from '../../../../middleware/kernel/errors.ts';
import type { Instance } from '../../../../middleware/kernel/instance.ts';
import { silentRecorder } from '../../../../middleware/kernel/recorder.ts';
import type { ThrottleRule } from '../../../../middleware/kernel/rules/document.ts';
import { parseRate } from '../../../../middleware/kernel/rates.ts';
import { provideEverything } from '../../../../middleware/throttle/everything.ts';
import { usualBurst } from '../../../../middleware/throttle/leaky-bucket.ts';
import { throttlePolicy } from '../../../../middleware/throttle/index.ts';
import * as events from '../../../support/events.ts';
import { fakeClock, type FakeClock } from '../../../support/fake-clock.ts';
import { testContext, testInstance, testInvocation } from '../../../support/instance.ts';

provideEverything();

const HALF_A_SECOND: ThrottleRule = { algorithm: 'leaky-bucket', limit: '10/s', maxWait: '500ms', scope: 'instance' };

interface World {
  readonly clock: FakeClock;
  readonly instance: Instance;
  readonly refusals: unknown[][];
  /** What became of each arrival, by its name: ms after the start, with `refused` and how long to stay away, or an error. */
  readonly ends: string[];
}

function world(throttles: Record<string, ThrottleRule>): World {
  const clock = fakeClock();
  const instance = testInstance({ rules: { throttles }, clock });
  const refusals: unknown[][] = [];
  instance.recorder = { ...silentRecorder, refusal: (...refusal) => refusals.push(refusal) };
  return { clock, instance, refusals, ends: [] };
}

const START = fakeClock().now();

/** Lets one in, and notes when it begins or why it does not. */
function arrive(world: World, name: string, event: unknown = events.httpV2(), remainingMs = 30_000): void {
  const { clock, instance, ends } = world;
  const invocation = testInvocation(instance, event, testContext(clock, remainingMs, name));
  const note = (end: string) => {
    ends.push(`${name} ${end} at ${clock.now() - START}`);
    invocation.dispose();
  };
  const refused = (error: unknown) => {
    if (error instanceof Refused) note(`refused for ${error.retryAfterMs}`);
    else note(error instanceof DeadlineExceeded ? 'too late' : String(error));
  };
  try {
    const waiting = throttlePolicy.before?.(invocation, invocation.snapshot.of(throttlePolicy));
    if (waiting) void waiting.then(() => note('begins'), refused);
    else note('begins');
  } catch (error) {
    refused(error);
  }
}

/** Moves time on ms by ms, so that whoever wakes does so in its own time. */
async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let i = 0; i < ms; i++) {
    clock.advance(1);
    for (let turn = 0; turn < 6; turn++) await Promise.resolve();
  }
}

describe('those that come too early', () => {
  it('are held, and begin in the order they came, an interval apart', async () => {
    const here = world({ smooth: HALF_A_SECOND });
    for (const name of ['a', 'b', 'c', 'd']) arrive(here, name);
    expect(here.ends).toEqual(['a begins at 0']);
    await pass(here.clock, 1_000);
    expect(here.ends).toEqual(['a begins at 0', 'b begins at 100', 'c begins at 200', 'd begins at 300']);
    expect(here.refusals).toEqual([]);
  });

  it('are refused at once when their turn is further away than maxWait, and told when to come', () => {
    const here = world({ smooth: HALF_A_SECOND });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) arrive(here, name);
    // The seventh would begin at 600: one who comes at 100 may wait for that.
    expect(here.ends).toEqual(['a begins at 0', 'g refused for 100 at 0']);
    expect(here.refusals).toEqual([['throttle', 'smooth', 'default', 1, false]]);
  });

  it('whoever comes back as told is held for all of maxWait', async () => {
    const here = world({ smooth: HALF_A_SECOND });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) arrive(here, name);
    await pass(here.clock, 100);
    arrive(here, 'h');
    await pass(here.clock, 500);
    expect(here.ends.at(-1)).toBe('h begins at 600');
  });

  it('keep half of the time that is left for their own work', () => {
    const here = world({ smooth: { ...HALF_A_SECOND, maxWait: '10s' } });
    arrive(here, 'a');
    arrive(here, 'b', events.httpV2(), 190);
    arrive(here, 'c', events.httpV2(), 200);
    expect(here.ends).toEqual(['a begins at 0', 'b refused for 5 at 0']);
  });

  it('leave no timer behind', async () => {
    const here = world({ smooth: HALF_A_SECOND });
    for (const name of ['a', 'b', 'c']) arrive(here, name);
    await pass(here.clock, 300);
    expect(here.clock.timers).toBe(0);
  });

  it('end with their deadline when time jumps past it', async () => {
    const here = world({ smooth: HALF_A_SECOND });
    const { clock } = here;
    const timer = clock.after.bind(clock);
    // A machine so busy that only the deadline's timer fires.
    clock.after = (ms, callback) => timer(ms > 300 ? ms : 1e9, callback);
    arrive(here, 'a');
    arrive(here, 'b', events.httpV2(), 400);
    await pass(clock, 400);
    expect(here.ends).toEqual(['a begins at 0', 'b too late at 400']);
  });
});

describe('one who wakes after those behind have left', () => {
  /** `b` is woken so many ms after its turn at 100; `c` leaves at 200, in its own. */
  async function wokenLate(lateMs: number): Promise<string[]> {
    const here = world({ smooth: HALF_A_SECOND });
    const { clock } = here;
    arrive(here, 'a');
    const timer = clock.after.bind(clock);
    clock.after = (ms, callback) => timer(ms === 100 ? ms + lateMs : ms, callback);
    arrive(here, 'b');
    clock.after = timer;
    arrive(here, 'c');
    await pass(clock, 1_500);
    expect(clock.timers).toBe(0);
    return here.ends;
  }

  it('asks for another turn', async () => {
    expect(await wokenLate(150)).toEqual(['a begins at 0', 'c begins at 200', 'b begins at 300']);
  });

  it('waits no longer in all than it may', async () => {
    const [, , last] = await wokenLate(120);
    expect(last).toBe('b begins at 300');
    // With nothing left of the half second there is still the turn that is free.
    expect((await wokenLate(600)).at(-1)).toBe('b begins at 700');
  });
});

describe('one held by two rules', () => {
  it('begins at the later of its turns', async () => {
    const here = world({
      caller: { ...HALF_A_SECOND, key: ['ip'] },
      everyone: { ...HALF_A_SECOND, limit: '4/s' },
    });
    for (const name of ['a', 'b', 'c']) arrive(here, name);
    await pass(here.clock, 600);
    expect(here.ends).toEqual(['a begins at 0', 'b begins at 250', 'c begins at 500']);
  });

  it('gives its turn back when the other refuses', async () => {
    const here = world({
      smooth: { ...HALF_A_SECOND, key: ['ip'] },
      strict: { limit: '1/s', scope: 'instance' },
    });
    arrive(here, 'a');
    for (let i = 0; i < 5; i++) arrive(here, `b${i}`);
    // Had they kept their turns, the next one would be held for half a second.
    await pass(here.clock, 1_000);
    arrive(here, 'c');
    expect(here.ends.at(-1)).toBe('c begins at 1000');
  });
});

describe('by trigger', () => {
  it.each([
    ['a direct invoke', events.direct()],
    ['a topic', events.sns()],
    ['an event bus', events.eventBridge()],
    ['a bucket', events.s3()],
  ])('%s is held', async (_name, event) => {
    const here = world({ smooth: HALF_A_SECOND });
    arrive(here, 'a', event);
    arrive(here, 'b', event);
    await pass(here.clock, 100);
    expect(here.ends).toEqual(['a begins at 0', 'b begins at 100']);
  });

  it('records of a queue are not: they come back later by themselves', () => {
    const here = world({ smooth: HALF_A_SECOND });
    arrive(here, 'a', events.sqs([{ messageId: 'a' }, { messageId: 'b' }]));
    arrive(here, 'b', events.sqs([{ messageId: 'c' }]));
    expect(here.ends).toEqual(['a begins at 0', 'b refused for 100 at 0']);
  });

  it('shadow holds nobody, and tells what would have been refused', () => {
    const here = world({ trial: { ...HALF_A_SECOND, mode: 'shadow' } });
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) arrive(here, name);
    expect(here.ends).toHaveLength(7);
    expect(here.refusals).toEqual([['throttle', 'trial', 'default', 1, true]]);
  });
});

describe('how many leave at once unless the rule says', () => {
  it.each([
    ['10/s', false, 1],
    ['1/min', false, 1],
    ['1000/s', false, 25],
    ['10/s', true, 3],
    ['100/s', true, 14],
    ['1/min', true, 2],
  ])('%s, over a fleet: %s: %i', (rate, fleet, expected) => {
    expect(usualBurst(parseRate(rate), fleet)).toBe(expected);
  });
});
