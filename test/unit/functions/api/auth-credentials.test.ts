import { describe, expect, it } from 'vitest';
import { presentedBy } from '../../../../functions/api/auth-credentials.ts';
import { requestOf } from '../../../../functions/api/request.ts';
import { httpV2 } from '../../../support/events.ts';

function of(headers: Record<string, string>) {
  return presentedBy(requestOf({ ...httpV2({}), headers }, 'r', 0).headers);
}

describe('what a request presents', () => {
  it.each([
    ['nothing', {}, { kind: 'none' }],
    ['an empty bearer', { authorization: 'Bearer ' }, { kind: 'none' }],
    ['an empty key', { 'x-api-key': ' ' }, { kind: 'none' }],
    ['another scheme', { authorization: 'Basic ZmI6dmlld2Vy' }, { kind: 'none' }],
    ['two words', { authorization: 'Bearer fb_a fb_b' }, { kind: 'none' }],
    ['a bearer key', { authorization: 'Bearer fb_a' }, { kind: 'key', text: 'fb_a' }],
    ['a key', { 'X-Api-Key': ' fb_a ' }, { kind: 'key', text: 'fb_a' }],
    [
      'a key beside another scheme',
      { authorization: 'Basic eDp5', 'x-api-key': 'fb_a' },
      { kind: 'key', text: 'fb_a' },
    ],
    [
      'the same key in both headers',
      { authorization: 'Bearer fb_a', 'x-api-key': 'fb_a' },
      { kind: 'key', text: 'fb_a' },
    ],
    ['two keys', { authorization: 'Bearer fb_a', 'x-api-key': 'fb_b' }, { kind: 'several' }],
    ['a header sent twice', { authorization: 'Bearer fb_a,Bearer fb_b' }, { kind: 'several' }],
    ['a header sent twice, with a space', { authorization: 'Bearer fb_a, Bearer fb_a' }, { kind: 'several' }],
    [
      'headers that differ in case alone',
      { Authorization: 'Bearer fb_a', authorization: 'Bearer fb_b' },
      { kind: 'several' },
    ],
    ['a token', { authorization: 'Bearer aa.bb.c-_' }, { kind: 'token', text: 'aa.bb.c-_' }],
    ['a token in place of a key', { 'x-api-key': 'aa.bb.cc' }, { kind: 'key', text: 'aa.bb.cc' }],
    ['an unsigned token', { authorization: 'Bearer aa.bb.' }, { kind: 'key', text: 'aa.bb.' }],
  ])('%s', (_what, headers, presented) => {
    expect(of(headers)).toEqual(presented);
  });

  it('is no token when it is longer than any header', () => {
    expect(of({ authorization: `Bearer ${'a'.repeat(17_000)}.b.c` })).toMatchObject({ kind: 'key' });
  });
});
