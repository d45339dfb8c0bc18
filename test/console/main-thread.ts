// What a page's main thread does meanwhile, in the processor's time: what else the machine has to do is not in it.
import type { Page } from 'playwright-core';

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** µs, of the clock. */
  readonly ts: number;
  /** µs of the thread's own time. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

export interface Task {
  /** µs, of the clock that `paintedAt` is of. */
  readonly at: number;
  readonly ownMs: number;
}

export interface Work<T> {
  readonly result: T;
  readonly tasks: readonly Task[];
  /** When something was painted first after a navigation, as far as there was one. */
  readonly paintedAt: number | undefined;
}

/** What the page's thread did while this was going on. */
export async function workOf<T>(page: Page, act: () => Promise<T>): Promise<Work<T>> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => void events.push(...(value as unknown as TraceEvent[])));
  const includedCategories = ['toplevel', 'loading', 'devtools.timeline', 'disabled-by-default-devtools.timeline'];
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories } });
  const result = await act();
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  const paint = events.find(({ name }) => name === 'firstContentfulPaint');
  const main = paint ?? events.find(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
  const tasks = events.flatMap(({ name, pid, tid, ts, tdur }) =>
    name === 'RunTask' && pid === main?.pid && tid === main.tid && tdur !== undefined
      ? [{ at: ts, ownMs: tdur / 1_000 }]
      : [],
  );
  return { result, tasks, paintedAt: paint?.ts };
}
