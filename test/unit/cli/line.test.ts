// Lines and tables as they are printed: in columns, coloured where that is wanted, and with nothing a terminal obeys.
import { describe, expect, it } from 'vitest';
import { shown, table, textIn } from '../../../cli/line.ts';
import { nearest } from '../../../cli/nearest.ts';
import { screenOf } from '../../../cli/commands/top.ts';
import { trafficOf } from '../../../cli/traffic.ts';

describe('a line', () => {
  it.each([
    ['plain', false, 'plain'],
    ['plain', true, 'plain'],
    [{ text: 'bad', tone: 'bad' }, false, 'bad'],
    [{ text: 'bad', tone: 'bad' }, true, '\u001b[31mbad\u001b[0m'],
    [{ text: 'a\u001b[2Jb', tone: 'good' }, true, '\u001b[32ma\\u001b[2Jb\u001b[0m'],
  ] as const)('%j with colours %s is %j', (line, colour, text) => {
    expect(shown(line, colour)).toBe(text);
  });
});

describe('a table', () => {
  const rows = [
    { name: 'a', count: 1 },
    { name: 'longer\u0007', count: 100 },
  ];
  const columns = [
    { title: 'NAME', of: ({ name }: (typeof rows)[number]) => name },
    { title: 'COUNT', of: ({ count }: (typeof rows)[number]) => count },
  ];

  it('has columns as wide as they must be, numbers to the right, and nothing that a terminal obeys', () => {
    expect(table(rows, columns).map(textIn)).toEqual([
      'NAME          COUNT',
      'a                 1',
      'longer\\u0007    100',
    ]);
  });

  it('lets a row stand out', () => {
    expect(table(rows, columns, ({ count }) => (count > 1 ? 'bad' : undefined)).slice(1)).toEqual([
      'a                 1',
      { text: 'longer\\u0007    100', tone: 'bad' },
    ]);
  });
});

describe('what was probably meant', () => {
  const names = ['publish', 'promote', 'diff', 'history'];
  it.each([
    ['publsih', 'publish'],
    ['pubish', 'publish'],
    ['dif', 'diff'],
    ['histroy', 'history'],
    ['deploy', undefined],
    ['', undefined],
  ])('%j is %s', (typed, meant) => {
    expect(nearest(typed, names)).toBe(meant);
  });
});

describe('a screen', () => {
  const size = () => ({ rows: 4, columns: 5 });
  const lineOf = (text: string) => `${text}\u001b[K`;

  it('is cut at the right edge and at the bottom', () => {
    const lines = ['one', 'two and more', 'three', 'four'];
    expect(screenOf(lines, undefined, { size, colour: false })).toBe(
      `\u001b[H${['one', 'two a', 'three'].map(lineOf).join('\r\n')}\u001b[J`,
    );
  });

  it('has its last line for what went wrong', () => {
    expect(screenOf(['one', 'two', 'three'], 'gone', { size, colour: false })).toContain(
      ['one', 'two', 'gone'].map(lineOf).join('\r\n'),
    );
  });
});

describe('the traffic of a service', () => {
  const edge = (to: string, count: number, errorShare: number, p99: number) => ({
    ...{ from: 'internet', to, count, ratePerSecond: count / 10, errorShare, refusedShare: 0 },
    durationMs: { p99 },
  });

  it('is that of all its callers, who count by how many calls are theirs; the slowest one’s p99', () => {
    const edges = [edge('service:a', 90, 0, 20), edge('service:a', 10, 0.5, 80), edge('queue:q', 5, 1, 1)];
    expect([...trafficOf({ edges })]).toEqual([['a', { perSecond: 10, errorShare: 0.05, refusedShare: 0, p99Ms: 80 }]]);
  });

  it('is unknown where nothing is summed up yet', () => {
    const edges = [{ to: 'service:a', count: 0, ratePerSecond: null, errorShare: null, refusedShare: null }];
    expect(trafficOf({ edges }).get('a')).toEqual({
      ...{ perSecond: undefined, errorShare: undefined, refusedShare: undefined, p99Ms: undefined },
    });
  });
});
