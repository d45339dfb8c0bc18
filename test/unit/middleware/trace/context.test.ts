import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatTraceparent,
  formatXRay,
  newSpanId,
  parseTraceparent,
  parseXRay,
} from '../../../../middleware/trace/context.ts';

const TRACE = '5759e988bd862e3fe1be46a994272793';
const ROOT = '1-5759e988-bd862e3fe1be46a994272793';
const SPAN = '53995c3f42cd8ad8';
const noId = () => 'unused';

describe('the two ways of writing one context', () => {
  it.each([
    ['sampled', `Root=${ROOT};Parent=${SPAN};Sampled=1`, `00-${TRACE}-${SPAN}-01`],
    ['not sampled', `Root=${ROOT};Parent=${SPAN};Sampled=0`, `00-${TRACE}-${SPAN}-00`],
  ])('are read as the same, and written from each other: %s', (_what, xray, traceparent) => {
    const context = parseXRay(xray);
    expect(parseTraceparent(traceparent)).toEqual(context);
    if (!context) throw new Error('not read');
    expect(formatXRay(context)).toBe(xray);
    expect(formatTraceparent(context, noId)).toBe(traceparent);
  });
});

describe('an X-Ray header', () => {
  it.each([
    ['a root alone, as gateways send it', `Root=${ROOT}`, { traceId: TRACE, parentId: undefined, sampled: undefined }],
    [
      'a decision left open',
      `Root=${ROOT};Parent=${SPAN};Sampled=?`,
      { traceId: TRACE, parentId: SPAN, sampled: undefined },
    ],
    [
      'other fields and spaces',
      `Self=1-a; Root=${ROOT}; Parent=${SPAN}; Sampled=1`,
      { traceId: TRACE, parentId: SPAN, sampled: true },
    ],
    [
      'upper case',
      `root=${ROOT.toUpperCase()};parent=${SPAN.toUpperCase()};sampled=1`,
      { traceId: TRACE, parentId: SPAN, sampled: true },
    ],
    [
      'a parent that is none',
      `Root=${ROOT};Parent=abc;Sampled=1`,
      { traceId: TRACE, parentId: undefined, sampled: true },
    ],
  ])('is read with %s', (_what, header, context) => {
    expect(parseXRay(header)).toEqual(context);
  });

  it.each([
    ['nothing', undefined],
    ['no root', `Parent=${SPAN};Sampled=1`],
    ['a root that is none', 'Root=1-5759e988-xyz'],
    ['another version', ROOT.replace('1-', 'Root=2-')],
    ['a header longer than any', `Root=${ROOT};${'x=y;'.repeat(200)}`],
    ['no field at all', ';;='],
  ])('is not read from %s', (_what, header) => {
    expect(parseXRay(header)).toBeUndefined();
  });

  it('keeps the lineage that Lambda counts recursion by', () => {
    const header = `Root=${ROOT};Parent=${SPAN};Sampled=1;Lineage=a87bd80c:1|68fd508a:5`;
    const context = parseXRay(header);
    expect(context && formatXRay(context)).toBe(header);
  });
});

describe('a traceparent', () => {
  it.each([
    [
      'a later version with more to it',
      `01-${TRACE}-${SPAN}-01-more`,
      { traceId: TRACE, parentId: SPAN, sampled: true },
    ],
    ['flags besides sampled', `00-${TRACE}-${SPAN}-03`, { traceId: TRACE, parentId: SPAN, sampled: true }],
  ])('is read with %s', (_what, header, context) => {
    expect(parseTraceparent(header)).toEqual(context);
  });

  it.each([
    ['nothing', undefined],
    ['version ff', `ff-${TRACE}-${SPAN}-01`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['upper case', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['version 00 with more to it', `00-${TRACE}-${SPAN}-01-more`],
    ['a part missing', `00-${TRACE}-01`],
  ])('is not read from %s', (_what, header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });

  it('is given a span where the context has none', () => {
    const context = { traceId: TRACE, parentId: undefined, sampled: undefined };
    expect(formatTraceparent(context, () => SPAN)).toBe(`00-${TRACE}-${SPAN}-00`);
  });
});

describe('a new span id', () => {
  it.each([
    [0, '0000000000000001'],
    [0.5, '8000000080000000'],
    [1 - 2 ** -53, 'ffffffffffffffff'],
  ])('is sixteen hex digits, never all zeros: chance %s', (chance, id) => {
    expect(newSpanId(() => chance)).toBe(id);
  });
});

describe('any context', () => {
  const hex = (digits: number) =>
    fc
      .array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits })
      .map((all) => all.join(''))
      .filter((id) => /[^0]/.test(id));
  const context = fc.record({ traceId: hex(32), parentId: hex(16), sampled: fc.boolean() });

  it('is the same after it was written and read, in the words of either and from one to the other', () => {
    fc.assert(
      fc.property(context, (one) => {
        const traceparent = formatTraceparent(one, noId);
        expect(parseXRay(formatXRay(one))).toEqual(one);
        expect(parseTraceparent(traceparent)).toEqual(one);
        const translated = parseTraceparent(traceparent);
        expect(translated && parseXRay(formatXRay(translated))).toEqual(one);
      }),
    );
  });

  it('is never read wrongly from any text: what is read can be written and read again', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = parseXRay(text) ?? parseTraceparent(text);
        if (read) expect(parseXRay(formatXRay(read))).toMatchObject({ traceId: read.traceId });
      }),
    );
  });
});
