// What people are told to do about answers of the control plane that say no.
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../../cli/problem.ts';

const told = (status: number, problem: Readonly<Record<string, unknown>>) => {
  const { message, lines } = failureOf(status, JSON.stringify({ status, detail: 'So it is.', ...problem }));
  return [message, ...lines].join('\n');
};

describe('who may not', () => {
  it.each(['ROLE_TOO_LOW', 'OUT_OF_SCOPE'])('is told that another key may: %s', (code) => {
    expect(told(403, { code })).toBe(
      'This key may not do this (403): So it is.\nUse a key of a higher role, or one that is for this service.',
    );
  });

  it('is told that no other key helps to publish a draft of their own', () => {
    const problem = { code: 'FOUR_EYES', author: 'ann', needed: 1 };
    expect(told(403, problem)).toContain('Somebody else reads it and runs flyball publish --draft <service>');
    expect(told(403, problem)).not.toContain('higher role');
  });

  it('is told nothing beside the answer where the answer says how to do what four eyes stop', () => {
    expect(told(403, { code: 'FOUR_EYES' })).toBe('This key may not do this (403): So it is.');
  });

  it('is told where a key comes from when nobody knows them', () => {
    const text = told(401, { code: 'UNAUTHORIZED' });
    expect(text).toContain('Set FLYBALL_TOKEN to an API key');
    expect(text).toContain('or flyball login with a key');
  });

  it('is sent to the one who says which claims give a role, where their token gives none', () => {
    expect(told(403, { code: 'NO_ROLE' })).toContain('oidcIssuers');
    expect(told(403, { code: 'NO_ROLE' })).not.toContain('higher role');
  });

  it('is told to try again in a moment, unless the answer says when', () => {
    expect(told(429, { code: 'THROTTLED' })).toContain('try again in a moment');
    expect(told(429, { code: 'TOO_MANY_FAILED_LOGINS' })).toBe('The control plane refused (429): So it is.');
  });
});
