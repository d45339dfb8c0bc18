// Governed handlers of several instances of one service, whose invocations stay under way until a test ends them.
import { setImmediate } from 'node:timers/promises';
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { concurrency, governPlugin } from '../../../../middleware/govern.ts';
import type { Instance } from '../../../../middleware/kernel/instance.ts';
import type { GovernedContext } from '../../../../middleware/kernel/middleware.ts';
import { silentRecorder } from '../../../../middleware/kernel/recorder.ts';
import type { RuleDocument } from '../../../../middleware/kernel/rules/document.ts';
import { loadEverything } from '../../../../middleware/slots.ts';
import type { Table } from '../../../../store/port.ts';
import * as events from '../../../support/events.ts';
import { fakeClock, type FakeClock } from '../../../support/fake-clock.ts';
import { testContext, testInstance } from '../../../support/instance.ts';

/** Until everything that needs no time has happened. */
export const settled = (): Promise<void> => setImmediate();

export interface UnderWay {
  /** What came of it; undefined while it goes on. */
  readonly ended: () => Promise<unknown>;
  /** Lets its handler return. */
  finish(): void;
}

export interface Governed {
  readonly instance: Instance;
  readonly clock: FakeClock;
  readonly refusals: unknown[][];
  readonly internals: string[];
  /** Begins an invocation and returns once its handler runs, or it has been answered without. */
  begin(event?: unknown, context?: Context): Promise<UnderWay>;
  /** An invocation from its beginning to its end. */
  status(event?: unknown): Promise<number | undefined>;
}

export async function governed(
  rules: Omit<RuleDocument, 'apiVersion' | 'service'>,
  table: Table,
  options: { readonly clock?: FakeClock; readonly random?: () => number; readonly id?: string } = {},
): Promise<Governed> {
  await loadEverything();
  const clock = options.clock ?? fakeClock();
  let chance = 0;
  const random = options.random ?? (() => (chance = (chance + 0.381966) % 1));
  const instance = testInstance({ rules, table, clock, random, id: options.id ?? 'instance-1' });
  const refusals: unknown[][] = [];
  const internals: string[] = [];
  instance.recorder = {
    ...silentRecorder,
    refusal: (...refusal) => refusals.push(refusal),
    internal: (event) => internals.push(event),
  };
  let reached: () => void = () => {};
  let finishing: Promise<unknown> = Promise.resolve();
  const handler = middy<unknown, unknown>(governPlugin)
    .use(concurrency({ service: 'orders', instance }))
    .handler(async () => {
      const finished = finishing;
      reached();
      await finished;
      return { statusCode: 200 };
    });
  let requests = 0;

  async function begin(event: unknown = events.httpV2(), context?: Context): Promise<UnderWay> {
    let finish: () => void = () => {};
    finishing = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const running = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const ended = handler(event, (context ?? testContext(clock, 30_000, `request-${requests++}`)) as GovernedContext);
    await Promise.race([running, ended.catch(() => {})]);
    return { ended: () => ended, finish };
  }

  async function status(event?: unknown): Promise<number | undefined> {
    const invocation = await begin(event);
    invocation.finish();
    return ((await invocation.ended()) as { statusCode?: number }).statusCode;
  }

  return { instance, clock, refusals, internals, begin, status };
}
