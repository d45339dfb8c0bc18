// What the stand-in for the X-Ray daemon keeps, and what leaves first.
import { describe, expect, it } from 'vitest';
import { KeptTraces } from '../../../../infra/local/xray/kept-traces.ts';

const traceId = (n: number) => `1-0000000${String(n)}-aaaaaaaaaaaaaaaaaaaaaaaa`;
const segment = (trace: number, id: string, start_time = trace, more: object = {}) => ({
  id,
  trace_id: traceId(trace),
  start_time,
  name: 'orders',
  ...more,
});
const ALL = { from: 0, to: Infinity, limit: 100 };
const ids = (traces: KeptTraces) => traces.page(ALL).traces.map(({ id }) => id);

describe('traces that are kept', () => {
  it('gather what belongs together, in the order of its times, whenever it arrives', () => {
    const traces = new KeptTraces();
    traces.add(segment(1, 'b', 1.5));
    traces.add(segment(1, 'a', 1.25));
    expect(traces.get(traceId(1))).toMatchObject({ startedAt: 1250, documents: [{ id: 'a' }, { id: 'b' }] });
  });

  it('have a segment once, as it was sent last', () => {
    const traces = new KeptTraces();
    traces.add(segment(1, 'a', 1, { in_progress: true }));
    traces.add(segment(1, 'a', 1, { end_time: 2 }));
    expect(traces.get(traceId(1))?.documents).toEqual([segment(1, 'a', 1, { end_time: 2 })]);
  });

  it('are told newest first, page by page, of the time that is asked for', () => {
    const traces = new KeptTraces();
    for (const n of [1, 3, 2, 5, 4]) traces.add(segment(n, 'a'));
    const first = traces.page({ from: 2_000, to: 5_000, limit: 2 });
    expect(first.traces.map(({ id }) => id)).toEqual([traceId(4), traceId(3)]);
    const second = traces.page({ from: 2_000, to: 5_000, limit: 2, after: first.next });
    expect([second.traces.map(({ id }) => id), second.next]).toEqual([[traceId(2)], undefined]);
  });

  it('are no more than there is room for: those that began to arrive first leave', () => {
    const few = new KeptTraces(2);
    for (const n of [1, 2, 3]) few.add(segment(n, 'a'));
    expect(ids(few)).toEqual([traceId(3), traceId(2)]);
  });

  it('take no more bytes than they may', () => {
    const small = new KeptTraces(1_000, 1_000);
    for (const n of [1, 2, 3]) small.add(segment(n, 'a', n, { metadata: 'x'.repeat(400) }));
    expect(ids(small)).toEqual([traceId(3)]);
  });

  it.each([
    ['nothing', undefined],
    ['no trace', { id: 'a', start_time: 1 }],
    ['a trace that is none', segment(1, 'a', 1, { trace_id: 'trace' })],
    ['no beginning', { ...segment(1, 'a'), start_time: 'now' }],
  ])('are not made of %s', (_what, document) => {
    const traces = new KeptTraces();
    expect(traces.add(document)).toBe(false);
    expect(ids(traces)).toEqual([]);
  });
});
