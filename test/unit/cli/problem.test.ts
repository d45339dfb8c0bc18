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
    expect(text).toContain('or flyball login with one');
  });
});
