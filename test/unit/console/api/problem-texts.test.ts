// What the page says of a problem: by its code where that tells most, else by what its status comes to.
import { afterAll, describe, expect, it, vi } from 'vitest';

vi.stubGlobal('document', { documentElement: { lang: '' } });
vi.stubGlobal('navigator', { language: 'en' });
const { ownProblem, problemKey, sentenceOf } = await import('../../../../console/api/problem-texts.ts');
const { speak } = await import('../../../../console/text/language.ts');

afterAll(() => {
  speak('en');
  vi.unstubAllGlobals();
});

describe('a problem', () => {
  it.each([
    [403, 'FOUR_EYES', 'FOUR_EYES'],
    [403, 'ROLE_TOO_LOW', 'status.403'],
    [403, 'OUT_OF_SCOPE', 'OUT_OF_SCOPE'],
    [404, 'NOT_FOUND', 'status.404'],
    [409, 'NO_DRAFT', 'status.409'],
    [409, 'PUBLISHED_MEANWHILE', 'changed'],
    [412, 'DRAFT_CHANGED', 'changed'],
    [400, 'BAD_REQUEST', 'refused'],
    [413, 'HTTP_413', 'refused'],
    [422, 'INVALID_DOCUMENT', 'refused'],
    [429, 'HTTP_429', 'status.429'],
    [500, 'INTERNAL', 'status.500'],
    [502, 'NOT_DELIVERED', 'unable'],
    [503, 'STORE_UNAVAILABLE', 'STORE_UNAVAILABLE'],
    [503, 'NEWER_ITEM', 'unable'],
    [504, 'HTTP_504', 'unable'],
  ])('%i %s is said as %s', (status, code, key) => {
    expect(problemKey({ status, code })).toBe(key);
  });

  it('is said in the language of the page', () => {
    const tooMany = { status: 429, code: 'HTTP_429' };
    expect(sentenceOf(tooMany)).toBe('Too many requests: try again in a moment.');
    speak('zh');
    expect(sentenceOf(tooMany)).toBe('请求过多，请稍后重试。');
  });

  it('that the page finds by itself has its sentence as its message', () => {
    speak('en');
    const problem = ownProblem(0, 'NO_ANSWER');
    expect(problem).toMatchObject({ status: 0, code: 'NO_ANSWER', message: 'No answer within 20 s.' });
    expect(sentenceOf(problem)).toBe(problem.message);
  });
});
