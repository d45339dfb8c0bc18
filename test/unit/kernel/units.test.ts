import { describe, expect, it } from 'vitest';
import { outcomeOfStatus, outcomeTest, type Outcome } from '../../../middleware/kernel/outcome.ts';
import { parseRate } from '../../../middleware/kernel/rates.ts';
import { parseDuration, parseShare, parseSize } from '../../../middleware/kernel/units.ts';

describe('durations, rates and shares', () => {
  it.each([
    ['500ms', 500],
    ['5s', 5_000],
    ['1.5s', 1_500],
    ['10m', 600_000],
    ['10min', 600_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    ['100/s', { tokens: 100, perMs: 1_000 }],
    ['5/10s', { tokens: 5, perMs: 10_000 }],
    ['1k/min', { tokens: 1_000, perMs: 60_000 }],
    ['1M/d', { tokens: 1_000_000, perMs: 86_400_000 }],
    ['0.5/s', { tokens: 0.5, perMs: 1_000 }],
  ])('%s is a rate', (text, rate) => {
    expect(parseRate(text)).toEqual(rate);
  });

  it('reads percentages as numbers between 0 and 1', () => {
    expect(parseShare('50%')).toBe(0.5);
    expect(parseShare('0.5%')).toBeCloseTo(0.005, 12);
  });

  it.each([
    ['512kb', 524_288],
    ['10mb', 10_485_760],
    ['1.5mb', 1_572_864],
    ['100b', 100],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['', '5', '0mb', '5MB', '5 mb', '-1kb', '0.5b'])('"%s" is no size, and the error says so', (text) => {
    expect(() => parseSize(text)).toThrow(`"${text}" is not a size`);
  });

  it.each(['', '5', 's', '0s', '-1s', '5 s', '5S', '500d', '1e3s'])(
    '"%s" is no duration, and the error says so',
    (text) => {
      expect(() => parseDuration(text)).toThrow(`"${text}" is not a duration`);
    },
  );

  it.each(['', '5', '0/s', '5/0s', '5/', '/s', '-5/s', '5/ms'])('"%s" is no rate, and the error says so', (text) => {
    expect(() => parseRate(text)).toThrow(`"${text}" is not a rate`);
  });

  it.each(['', '5', '101%', '-1%', '%'])('"%s" is no share, and the error says so', (text) => {
    expect(() => parseShare(text)).toThrow(`"${text}" is not a share`);
  });
});

describe('outcomes', () => {
  it.each<[Outcome, boolean]>([
    ['ok', false],
    ['connect', true],
    ['503', true],
    ['404', true],
    ['400', false],
    ['throttled', false],
    ['refused', false],
    ['business:CARD_DECLINED', true],
    ['business:OTHER', false],
  ])('[connect, 5xx, 404, business:CARD_DECLINED] takes %s: %s', (outcome, expected) => {
    expect(outcomeTest(['connect', '5xx', '404', 'business:CARD_DECLINED'])(outcome)).toBe(expected);
  });

  it.each<[number, Outcome]>([
    [100, 'ok'],
    [200, 'ok'],
    [399, 'ok'],
    [400, '400'],
    [429, 'throttled'],
    [599, '599'],
    [99, 'error'],
    [0, 'error'],
    [-5, 'error'],
    [600, 'error'],
    [200.5, 'error'],
    [400.5, 'error'],
    [1e308, 'error'],
    [Infinity, 'error'],
    [NaN, 'error'],
  ])('status %d is %s: what is no status says nothing good', (status, outcome) => {
    expect(outcomeOfStatus(status)).toBe(outcome);
  });

  it('counts 429 as throttled, under 4xx too, and never takes a refusal of ours', () => {
    expect(outcomeOfStatus(429)).toBe('throttled');
    expect(outcomeTest(['4xx'])('throttled')).toBe(true);
    expect(outcomeTest(['refused'])('refused')).toBe(false);
  });
});
