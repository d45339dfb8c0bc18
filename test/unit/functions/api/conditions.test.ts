import { describe, expect, it } from 'vitest';
import { ifMatch, ifNoneMatch, includes } from '../../../../functions/api/etag.ts';
import { pageOf, sealCursor } from '../../../../functions/api/page.ts';
import { pointerOf } from '../../../../functions/api/pointer.ts';
import { requestOf } from '../../../../functions/api/request.ts';
import { httpV2, type WebRequest } from '../../../support/events.ts';

const request = (web: WebRequest) => requestOf(httpV2(web), 'request-1', 0);

describe('entity tags', () => {
  it.each([
    ['"a"', 'a', true, true],
    ['"b", "a"', 'a', true, true],
    ['"b"', 'a', false, false],
    ['W/"a"', 'a', false, true],
    ['*', 'a', true, true],
    ['a', 'a', false, false],
    ['', 'a', false, false],
  ])('%s names "%s" for If-Match: %s, for If-None-Match: %s', (header, tag, strong, weak) => {
    const sent = request({ headers: { 'If-Match': header, 'If-None-Match': header } });
    expect(includes(ifMatch(sent), tag)).toBe(strong);
    expect(includes(ifNoneMatch(sent), tag)).toBe(weak);
  });

  it('name nothing when the header was not sent', () => {
    expect(ifMatch(request({}))).toBeUndefined();
    expect(includes(undefined, 'a')).toBe(false);
  });
});

describe('pages', () => {
  const page = (query: Record<string, string>) => pageOf(request({ query }), 'revisions:orders');

  it('begin with the first 50', () => {
    expect(page({})).toEqual({ limit: 50 });
  });

  it('go on from the cursor that the list gave', () => {
    expect(page({ cursor: sealCursor('revisions:orders', 'store-cursor'), limit: '5' })).toEqual({
      limit: 5,
      cursor: 'store-cursor',
    });
  });

  it.each([
    [{ limit: '0' }],
    [{ limit: '201' }],
    [{ limit: '-1' }],
    [{ limit: '1e2' }],
    [{ cursor: '' }],
    [{ cursor: 'nonsense' }],
    [{ cursor: sealCursor('revisions:payments', 'store-cursor') }],
    [{ cursor: Buffer.from('["revisions:orders",{}]').toString('base64url') }],
    [{ cursor: sealCursor('revisions:orders', 'x'.repeat(5000)) }],
  ])('are refused for %o', (query) => {
    expect(() => page(query)).toThrow(expect.objectContaining({ status: 400 }));
  });
});

describe('JSON pointers', () => {
  it.each([
    [[], ''],
    [['throttles', 'everyone', 'limit'], '/throttles/everyone/limit'],
    [['a/b', 'c~d', 0], '/a~1b/c~0d/0'],
  ])('%o is %s', (path, pointer) => {
    expect(pointerOf(path)).toBe(pointer);
  });
});
