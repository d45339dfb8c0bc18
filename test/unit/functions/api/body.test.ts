import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { bodyOf, documentOf, MAX_BODY_BYTES } from '../../../../functions/api/body.ts';
import { Problem } from '../../../../functions/api/problem.ts';
import { requestOf } from '../../../../functions/api/request.ts';
import { httpV2 } from '../../../support/events.ts';

function request(body: string, contentType = 'application/json', base64 = false) {
  const event = { ...httpV2({ body, headers: { 'content-type': contentType } }), isBase64Encoded: base64 };
  return requestOf(event, 'request-1', 0);
}

function problemOf(read: () => unknown): Problem {
  try {
    read();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('a document', () => {
  it.each([
    ['application/json', '{"a":1}'],
    ['application/json; charset=utf-8', '{"a":1}'],
    ['application/merge-patch+json', '{"a":1}'],
    ['', '{"a":1}'],
    ['application/yaml', 'a: 1'],
    ['text/yaml', 'a: 1'],
    ['application/x-yaml', 'a: 1'],
    ['application/vnd.flyball+yaml', 'a: 1'],
  ])('is read as %s', (contentType, source) => {
    expect(documentOf(request(source, contentType))).toEqual({ source, value: { a: 1 } });
  });

  it('is read from base64, which gateways make of types they do not know', () => {
    const source = 'owner: Bücherei';
    const base64 = Buffer.from(source).toString('base64');
    expect(documentOf(request(base64, 'application/yaml', true)).value).toEqual({ owner: 'Bücherei' });
  });

  it.each([
    ['an unknown type', () => request('a=1', 'application/x-www-form-urlencoded'), 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['no body', () => request(' \n'), 400, 'BAD_REQUEST'],
    ['bytes that are not UTF-8', () => request('/w==', 'application/json', true), 400, 'BAD_REQUEST'],
    ['too many bytes', () => request(`"${'é'.repeat(MAX_BODY_BYTES / 2)}"`), 413, 'BODY_TOO_LARGE'],
    ['broken JSON', () => request('{"a":'), 422, 'UNREADABLE_BODY'],
    ['a dangerous key', () => request('{"__proto__":{}}'), 422, 'UNREADABLE_BODY'],
    ['more YAML than is parsed', () => request('- a\n'.repeat(60_000), 'text/yaml'), 422, 'UNREADABLE_BODY'],
    ['a dangerous key in YAML', () => request('constructor: {}', 'text/yaml'), 422, 'UNREADABLE_BODY'],
  ])('is refused with %s', (_what, make, status, code) => {
    expect(problemOf(() => documentOf(make()))).toMatchObject({ status, code });
  });
});

describe('a body with a schema', () => {
  const schema = z.strictObject({ note: z.string().optional(), to: z.int() });

  it('is given as its type', () => {
    expect(bodyOf(request('{"to":3}'), schema)).toEqual({ to: 3 });
  });

  it('counts as an empty object when there is none', () => {
    expect(bodyOf(request(''), z.strictObject({}))).toEqual({});
  });

  it('is refused with an answer of bounded length, however long what it quotes', () => {
    const long = 'x'.repeat(20_000);
    const quoting = z.strictObject({
      a: z.string().refine(() => false, { error: ({ input }) => `"${String(input)}" is wrong` }),
    });
    const [error] = problemOf(() => bodyOf(request(`{"a":"${long}"}`), quoting)).errors;
    expect(error).toEqual({ path: '/a', reason: `"${'x'.repeat(511)}…` });
  });

  it('is refused with every error and its place', () => {
    expect(problemOf(() => bodyOf(request('{"note":5,"other":1}'), schema)).errors).toEqual([
      { path: '/note', reason: 'should be a text' },
      { path: '/to', reason: 'is required: a number' },
      { path: '/other', reason: 'this key is not known here' },
    ]);
  });
});
