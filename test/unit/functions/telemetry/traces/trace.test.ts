// What a trace says in a line, as a tree, and to whom it fits. Pure.
import { describe, expect, it } from 'vitest';
import type { SegmentDocument } from '../../../../../functions/telemetry/traces/segment.ts';
import type { SourceTrace } from '../../../../../functions/telemetry/traces/source.ts';
import {
  fits,
  servicesOf,
  shownTrace,
  treeOf,
  type ShownSegment,
} from '../../../../../functions/telemetry/traces/trace.ts';

const at = (ms: number) => (Date.UTC(2026, 0, 5, 12) + ms) / 1000;

function segment(id: string, parent: string | undefined, fromMs: number, toMs: number | undefined, more: object = {}) {
  return {
    id,
    ...(parent === undefined ? {} : { parent_id: parent }),
    name: id,
    start_time: at(fromMs),
    ...(toMs === undefined ? {} : { end_time: at(toMs) }),
    ...more,
  } as SegmentDocument;
}

const flyball = (service: string, outcome: string, more: object = {}) => ({
  annotations: { service, outcome, resource: `${service}-resource`, ...more },
});

const ORDER: SourceTrace = {
  id: '1-5759e988-bd862e3fe1be46a994272793',
  startedAt: at(0) * 1000,
  documents: [
    segment('settling', 'queue', 300, 420, flyball('settlement', '503')),
    segment('queue', 'orders', 200, 430, { origin: 'AWS::Lambda' }),
    segment('refused', 'ordering', 70, 71, { annotations: { refused_by: 'breaker', refused_rule: 'stock' } }),
    segment('orders', undefined, 0, 250, { origin: 'AWS::Lambda' }),
    segment('ordering', 'orders', 5, 240, flyball('orders', 'ok')),
    segment('attempt', 'ordering', 10, 60, {
      fault: true,
      cause: { exceptions: [{ type: 'Error', message: 'late' }] },
      links: [{ trace_id: '1-00000000-aaaaaaaaaaaaaaaaaaaaaaaa' }],
    }),
  ],
};

describe('a trace in a line', () => {
  it('says what began it and how that ended, how long all of it took, and who had a part in it', () => {
    expect(shownTrace(ORDER)).toEqual({
      id: ORDER.id,
      at: '2026-01-05T12:00:00.000Z',
      durationMs: 430,
      service: 'orders',
      resource: 'orders-resource',
      outcome: 'ok',
      services: ['orders', 'settlement'],
      segments: 6,
    });
  });

  it('knows less where flyball recorded nothing, or nothing has ended', () => {
    const documents = [segment('orders', undefined, 0, undefined)];
    expect(shownTrace({ ...ORDER, documents })).toMatchObject({
      durationMs: null,
      service: null,
      outcome: null,
      services: [],
    });
  });
});

describe('a trace as a tree', () => {
  it('hangs each segment under its caller, in the order of their beginning', () => {
    const shape = (nodes: readonly ShownSegment[]): unknown[] =>
      nodes.map(({ id, children }) => (children.length === 0 ? id : [id, shape(children)]));
    expect(shape(treeOf(ORDER))).toEqual([
      [
        'orders',
        [
          ['ordering', ['attempt', 'refused']],
          ['queue', ['settling']],
        ],
      ],
    ]);
  });

  it('says what was wrong, and where else it comes from', () => {
    const [root] = treeOf(ORDER);
    expect(root?.children[0]?.children[0]).toMatchObject({
      trouble: 'fault',
      durationMs: 50,
      errors: [{ name: 'Error', message: 'late' }],
      links: ['1-00000000-aaaaaaaaaaaaaaaaaaaaaaaa'],
    });
  });

  it('has what came from elsewhere, and what names itself, at its roots', () => {
    const documents = [segment('a', 'elsewhere', 0, 1), segment('b', 'b', 1, 2)];
    expect(treeOf({ ...ORDER, documents }).map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('takes anything for a segment, whatever was sent', () => {
    const odd = {
      id: 'a',
      start_time: 1,
      cause: 'x',
      links: 7,
      annotations: [],
      name: 5,
    } as unknown as SegmentDocument;
    expect(treeOf({ ...ORDER, documents: [odd] })).toEqual([
      { id: 'a', name: '', origin: null, at: '1970-01-01T00:00:01.000Z', durationMs: null, children: [] },
    ]);
  });
});

describe('what is asked for', () => {
  it.each([
    [{}, true],
    [{ service: 'orders' }, true],
    [{ service: 'billing' }, false],
    [{ outcome: '503' }, true],
    [{ outcome: '5xx' }, true],
    [{ outcome: '4xx' }, false],
    [{ service: 'orders', outcome: '503' }, false],
    [{ service: 'settlement', outcome: '5xx' }, true],
    [{ outcome: 'ok' }, true],
    [{ outcome: 'business' }, false],
    [{ resource: 'orders-resource' }, true],
    [{ resource: 'orders-resource', outcome: '5xx' }, false],
    [{ service: 'settlement', resource: 'orders-resource' }, false],
    [{ rule: 'stock' }, true],
    [{ rule: 'breaker/stock' }, true],
    [{ rule: 'throttle/stock' }, false],
    [{ rule: 'breaker' }, false],
    [{ minDurationMs: 430 }, true],
    [{ minDurationMs: 431 }, false],
    [{ minDurationMs: 400, rule: 'stock', service: 'settlement' }, true],
  ])('%j fits an invocation of it: %s', (wanted, expected) => {
    expect(fits(ORDER, wanted)).toBe(expected);
  });

  it('has no length while nothing of it has ended', () => {
    const documents = [segment('a', undefined, 0, undefined)];
    expect(fits({ ...ORDER, documents }, { minDurationMs: 1 })).toBe(false);
  });

  it('may be business failures of any code', () => {
    const documents = [segment('a', undefined, 0, 1, flyball('orders', 'business:CARD_DECLINED'))];
    expect(fits({ ...ORDER, documents }, { outcome: 'business' })).toBe(true);
  });

  it('is of whoever had a part in it', () => {
    expect([...servicesOf(ORDER)].sort()).toEqual(['orders', 'settlement']);
  });
});
