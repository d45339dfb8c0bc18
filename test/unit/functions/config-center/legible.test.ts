// Owners, tags and reasons in a rule document: seen as they are written, but for what was published once.
import { describe, expect, it } from 'vitest';
import { validateDocument } from '../../../../functions/config-center/validate.ts';

const NOW = Date.parse('2026-01-05T12:00:00Z');
const RANGE = { from: '2026-02-01T00:00:00Z', to: '2026-02-02T00:00:00Z' };

function validationOf(sections: object, nowMs?: number) {
  return validateDocument('orders', { apiVersion: 'flyball/v1', service: 'orders', ...sections }, nowMs);
}

function errorsOf(sections: object, nowMs?: number): string[] {
  const result = validationOf(sections, nowMs);
  return result.valid ? [] : result.errors.map(({ path, reason }) => `${path}: ${reason}`);
}

const unseen = (code: string) => `has ${code} in it, which nobody sees; leave it out`;

describe('a rule document to come in force', () => {
  it.each([
    ['   ', 'has no character that is seen'],
    ['\u0000', 'has no character that is seen'],
    ['a\u0000\u0007\u001b[31m\r\nb', unseen('U+0000')],
    ['team\u202esredro', unseen('U+202E')],
  ])('has no owner such as %j', (owner, reason) => {
    expect(errorsOf({ owner }, NOW)).toEqual([`/owner: ${reason}`]);
  });

  it('is told of each place in it', () => {
    const errors = errorsOf(
      {
        tags: { tier: 'one\u200b' },
        jobs: {
          nightly: { schedule: 'rate(1 hour)', owner: '\u3164', pauses: [{ ...RANGE, reason: 'moved \u202eback' }] },
        },
        alerts: {
          busy: {
            when: { requests: { atLeast: 9, within: '5m' } },
            owner: 'a\u2028b',
            except: [{ ...RANGE, reason: '\u200b' }],
          },
        },
      },
      NOW,
    );
    expect(errors).toEqual([
      `/tags/tier: ${unseen('U+200B')}`,
      '/jobs/nightly/owner: has no character that is seen',
      '/jobs/nightly/pauses/0/reason: has U+202E in it, which bends what stands beside it; leave it out',
      `/alerts/busy/owner: ${unseen('U+2028')}`,
      '/alerts/busy/except/0/reason: is blank; say why in a few words',
    ]);
  });

  it('may call people whatever is seen', () => {
    expect(errorsOf({ owner: '订单 team 👩\u200d💻', tags: { centre: 'Köln 4711' } }, NOW)).toEqual([]);
  });
});

it('a revision of before these were refused can be gone back to', () => {
  expect(validationOf({ owner: 'team\u202esredro' })).toMatchObject({ valid: true });
});
