// Where keys stand in a YAML text, and what is being written where it ends.
import { describe, expect, it } from 'vitest';
import { lineOf, outlineOf } from '../../../../console/screens/rules/text/outline.ts';

const TEXT = `# rules of a shop
apiVersion: flyball/v1
service: shop
resources:
  create-order: { match: { trigger: http, method: POST, path: /orders } }
  "read order":
    match:
      trigger: http
    fallback:
    - when: [breaker, shed]
      respond: { status: 202 }
    - skip: true
throttles:
  everyone:
    limit: 100/s # of all
    resources:
      - create-order
`;

const linesOf = (text: string) =>
  Object.fromEntries(outlineOf(text).entries.map(({ pointer, line }) => [pointer, line]));

describe('an outline', () => {
  it('has the line of every key and item, in blocks and within braces', () => {
    expect(linesOf(TEXT)).toEqual({
      '/apiVersion': 1,
      '/service': 2,
      '/resources': 3,
      '/resources/create-order': 4,
      '/resources/create-order/match': 4,
      '/resources/create-order/match/trigger': 4,
      '/resources/create-order/match/method': 4,
      '/resources/create-order/match/path': 4,
      '/resources/read order': 5,
      '/resources/read order/match': 6,
      '/resources/read order/match/trigger': 7,
      '/resources/read order/fallback': 8,
      '/resources/read order/fallback/0': 9,
      '/resources/read order/fallback/0/when': 9,
      '/resources/read order/fallback/0/respond': 10,
      '/resources/read order/fallback/0/respond/status': 10,
      '/resources/read order/fallback/1': 11,
      '/resources/read order/fallback/1/skip': 11,
      '/throttles': 12,
      '/throttles/everyone': 13,
      '/throttles/everyone/limit': 14,
      '/throttles/everyone/resources': 15,
      '/throttles/everyone/resources/0': 16,
    });
  });

  it('finds the nearest thing around what does not stand in the text', () => {
    const outline = outlineOf(TEXT);
    expect(lineOf(outline, '/throttles/everyone/burst')).toBe(13);
    expect(lineOf(outline, '/resources/read order/fallback/0/when/1')).toBe(9);
    expect(lineOf(outline, '')).toBe(0);
  });

  it('reads JSON, over several lines', () => {
    const json =
      '{\n  "service": "shop",\n  "throttles": {\n    "a/b": { "limit": "1/s" },\n    "c": {\n      "limit": "2/s"\n    }\n  }\n}';
    expect(linesOf(json)).toEqual({
      '/service': 1,
      '/throttles': 2,
      '/throttles/a~1b': 3,
      '/throttles/a~1b/limit': 3,
      '/throttles/c': 4,
      '/throttles/c/limit': 5,
    });
  });

  it('takes the text of a block scalar, of quotes and of comments for no key', () => {
    const text = 'a: |\n  b: 1\n\n  c: 2\nd: "e: 1\n  f: 2"\n# g: 1\nh: http://x/y#z\n';
    expect(linesOf(text)).toEqual({ '/a': 0, '/d': 4, '/h': 7 });
    expect([...outlineOf(text).scalarLines]).toEqual([1, 2, 3]);
  });

  it('ends for every text, also a broken one', () => {
    const noise = ['{', '}', '[', ']', ',', ':', '- ', '"', "'", '\n', '  ', 'a', '#', '|'];
    let state = 7;
    for (let round = 0; round < 300; round += 1) {
      let text = '';
      for (let i = 0; i < 40; i += 1) {
        state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
        text += noise[state % noise.length] ?? '';
      }
      for (const end of [10, 25, text.length]) {
        const { tail } = outlineOf(text, Math.min(end, text.length));
        expect(tail.from).toBeLessThanOrEqual(text.length);
      }
    }
  });
});

describe('where a text ends', () => {
  const tailOf = (text: string) => {
    const { path, role, typed } = outlineOf(text).tail;
    return { path: path.join('/'), role, typed };
  };

  it.each([
    ['', { path: '', role: 'key', typed: '' }],
    ['thr', { path: '', role: 'key', typed: 'thr' }],
    ['throttles:\n  ', { path: 'throttles', role: 'key', typed: '' }],
    ['throttles:\n  everyone:\n    li', { path: 'throttles/everyone', role: 'key', typed: 'li' }],
    ['throttles:\n  everyone:\n    limit: 10', { path: 'throttles/everyone/limit', role: 'value', typed: '10' }],
    ['throttles:\n  everyone:\n    limit: 1/s\n  o', { path: 'throttles', role: 'key', typed: 'o' }],
    ['throttles:\n  everyone: { li', { path: 'throttles/everyone', role: 'key', typed: 'li' }],
    ['throttles:\n  everyone: { limit: 1/s, ', { path: 'throttles/everyone', role: 'key', typed: '' }],
    ['throttles:\n  everyone: { mode: sh', { path: 'throttles/everyone/mode', role: 'value', typed: 'sh' }],
    [
      'throttles:\n  everyone: { resources: [a, b',
      { path: 'throttles/everyone/resources/1', role: 'either', typed: 'b' },
    ],
    [
      'throttles:\n  everyone:\n    resources:\n      - a\n      - b',
      { path: 'throttles/everyone/resources/1', role: 'either', typed: 'b' },
    ],
    ['access:\n  allow:\n  - client: x\n    ro', { path: 'access/allow/0', role: 'key', typed: 'ro' }],
    ['a: 1 # b', { path: 'a', role: 'none', typed: '' }],
    ['a: |\n  b', { path: 'a', role: 'none', typed: '' }],
    ['a: { b: 1 }', { path: 'a', role: 'none', typed: '' }],
    ['{ "a": { "b": x', { path: 'a/b', role: 'value', typed: 'x' }],
  ])('%j', (text, expected) => {
    expect(tailOf(text)).toEqual(expected);
  });
});
