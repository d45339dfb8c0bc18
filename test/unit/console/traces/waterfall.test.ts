// A trace as it is read: which segments are one line, which lines are seen, and where they stand in time.
import { describe, expect, it } from 'vitest';
import type { Segment } from '../../../../console/screens/traces/answers.ts';
import { linesOf, type Line } from '../../../../console/screens/traces/fold.ts';
import { stateOf } from '../../../../console/screens/traces/outcome.ts';
import { traceIdIn } from '../../../../console/screens/traces/trace-id.ts';
import { axisOf, foldable, seenOf, spanOf, ticksOf } from '../../../../console/screens/traces/waterfall.ts';

const NOON = Date.UTC(2026, 0, 5, 12);

function segment(id: string, fromMs: number, forMs: number | null, more: Partial<Segment> = {}): Segment {
  return {
    ...{ id, name: id, origin: null, at: new Date(NOON + fromMs).toISOString(), durationMs: forMs, children: [] },
    ...more,
  };
}

const invocation = (
  id: string,
  fromMs: number,
  forMs: number,
  says: object,
  children: Segment[],
  after: Segment[] = [],
) =>
  segment(`${id}-lambda`, fromMs, forMs, {
    origin: 'AWS::Lambda',
    name: `shop-${id}`,
    children: [
      segment(`${id}-function`, fromMs, forMs, {
        origin: 'AWS::Lambda::Function',
        name: `shop-${id}`,
        children: [
          segment(`${id}-flyball`, fromMs + 5, forMs - 5, {
            name: 'flyball',
            annotations: { service: id, resource: 'default', outcome: 'ok', ...says },
            children,
          }),
          ...after,
        ],
      }),
    ],
  });

/** orders calls payments (which answers at the second attempt) and a queue, from which settlement takes. */
const ORDER = [
  invocation(
    'orders',
    0,
    200,
    { resource: 'create-order' },
    [
      segment('call', 10, 100, {
        name: 'payments',
        annotations: { operation: 'charge', attempts: 2, outcome: 'ok' },
        children: [
          segment('try-1', 10, 40, {
            name: 'payments',
            annotations: { attempt: 1, outcome: 'timeout' },
            trouble: 'fault',
          }),
          segment('try-2', 60, 50, {
            name: 'payments',
            annotations: { attempt: 2, outcome: 'ok' },
            children: [invocation('payments', 65, 40, {}, [])],
          }),
        ],
      }),
      segment('send', 120, 20, {
        name: 'queue',
        annotations: { attempts: 1, outcome: 'ok', breaker_state: 'CLOSED' },
        children: [segment('send-1', 121, 18, { name: 'queue', annotations: { attempt: 1, outcome: 'ok' } })],
      }),
    ],
    [invocation('settlement', 150, 90, { outcome: 'refused', refused_by: 'concurrency', refused_rule: 'writers' }, [])],
  ),
];

const shape = (lines: readonly Line[]): unknown[] =>
  lines.map(({ name, kind, children }) =>
    children.length === 0 ? `${kind} ${name}` : [`${kind} ${name}`, shape(children)],
  );

describe('a waterfall', () => {
  it('has one line for an invocation, and one for a call with one attempt', () => {
    expect(shape(linesOf(ORDER, true))).toEqual([
      [
        'invocation orders',
        [
          ['call payments', ['attempt payments', ['attempt payments', ['invocation payments']]]],
          'call queue',
          'invocation settlement',
        ],
      ],
    ]);
  });

  it('has a line for every segment when all are asked for', () => {
    expect(seenOf(linesOf(ORDER, false), new Set())).toHaveLength(14);
    expect(seenOf(linesOf(ORDER, true), new Set()).reduce((sum, { line }) => sum + line.segments, 0)).toBe(14);
  });

  it('says of a line all that its segments say, and lasts as long as the outermost', () => {
    const [orders] = linesOf(ORDER, true);
    expect(orders).toMatchObject({ outcome: 'ok', durationMs: 200, annotations: { resource: 'create-order' } });
    const settled = orders?.children.at(-1);
    expect(settled).toMatchObject({ outcome: 'refused', annotations: { refused_rule: 'writers' } });
  });

  it.each([true, false])('tells what a message set off from what was called (folded: %s)', (folded) => {
    const marked = seenOf(linesOf(ORDER, folded), new Set()).filter(({ line }) => line.byMessage);
    expect(marked.map(({ line }) => line.id)).toEqual(['settlement-lambda']);
  });

  it('names each error once, although segment and subsegment have it', () => {
    const errors = [{ name: 'Error', message: 'late' }];
    const inner = segment('b', 0, 1, { annotations: { attempt: 1 }, errors });
    const [line] = linesOf([segment('a', 0, 1, { annotations: { attempts: 1 }, errors, children: [inner] })], true);
    expect(line?.errors).toEqual(errors);
  });

  it('shows nothing of what is beneath a folded line', () => {
    const lines = linesOf(ORDER, true);
    expect(foldable(lines)).toEqual(['orders-lambda', 'call', 'try-2']);
    expect(seenOf(lines, new Set(['call'])).map(({ line, level }) => `${String(level)} ${line.id}`)).toEqual([
      '1 orders-lambda',
      '2 call',
      '2 send',
      '2 settlement-lambda',
    ]);
  });

  it('takes a chain of five hundred segments', () => {
    let chain = segment('end', 0, 1);
    for (let n = 0; n < 499; n++) chain = segment(String(n), 0, 1, { children: [chain] });
    expect(seenOf(linesOf([chain], true), new Set())).toHaveLength(500);
  });
});

describe('the axis of time', () => {
  it('reaches from the first beginning to the last end', () => {
    expect(axisOf(linesOf(ORDER, true))).toEqual({ from: NOON, lengthMs: 240 });
    expect(axisOf([])).toEqual({ from: 0, lengthMs: 1 });
  });

  it('has a bar for the shortest, and one to its end for what is under way', () => {
    const axis = { from: NOON, lengthMs: 1_000 };
    const bar = (fromMs: number, forMs: number | null) => {
      const [line] = linesOf([segment('a', fromMs, forMs)], true);
      return line && spanOf(line, axis);
    };
    expect(bar(250, 500)).toEqual({ left: 25, width: 50 });
    expect(bar(250, null)).toEqual({ left: 25, width: 75 });
    expect(bar(0, 0)?.width).toBeGreaterThan(0);
    expect(bar(1_000, 0)).toEqual({ left: 99.6, width: expect.closeTo(0.4) as number });
  });

  it.each([
    [1_000, 5, [0, 200, 400, 600, 800, 1_000]],
    [240, 6, [0, 50, 100, 150, 200]],
    [0.7, 4, [0, 0.2, 0.4, 0.6]],
    [90_000, 3, [0, 50_000]],
  ])('of %d ms has round marks', (lengthMs, most, marks) => {
    expect(ticksOf(lengthMs, most)).toEqual(marks);
  });
});

describe('how something ended', () => {
  it.each([
    ['ok', 'ok'],
    ['302', 'ok'],
    ['refused', 'held'],
    ['404', 'warn'],
    ['throttled', 'warn'],
    ['business:CARD_DECLINED', 'warn'],
    ['503', 'bad'],
    ['timeout', 'bad'],
    ['', 'unknown'],
    [null, 'unknown'],
  ])('%s is %s', (outcome, state) => {
    expect(stateOf(outcome)).toBe(state);
  });
});

describe('a trace id', () => {
  const id = '1-5759e988-bd862e3fe1be46a994272793';
  it.each([
    [id, id],
    [`Root=${id};Parent=53995c3f42cd8ad8;Sampled=1`, id],
    ['5759e988bd862e3fe1be46a994272793', id],
    ['00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01', id],
    ['  5759E988BD862E3FE1BE46A994272793 ', id],
    ['orders', undefined],
    ['', undefined],
  ])('is found in "%s"', (text, found) => {
    expect(traceIdIn(text)).toBe(found);
  });
});
