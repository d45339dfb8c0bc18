// The errors a caller may catch: one hierarchy, known across copies of flyball, and safe to write down.
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import * as errors from '../../../middleware/kernel/errors.ts';

const { BusinessFailure, DeadlineExceeded, DependencyFailed, FlyballError, Misused, Refused } = errors;

const refused = () =>
  new Refused({ by: 'throttle', rule: 'per-client', retryAfterMs: 1_200, statusCode: 429, message: 'too many' });
const failed = () =>
  new DependencyFailed(
    {
      dependency: 'payments',
      outcome: '503',
      attempts: 2,
      sent: true,
      response: { status: 503, headers: { 'set-cookie': ['session=hush'] }, body: { card: '4111-hush' } },
    },
    { cause: new Error('hush') },
  );
const kinds = [
  { Kind: Refused, error: refused(), code: 'FLYBALL_REFUSED' },
  { Kind: DependencyFailed, error: failed(), code: 'FLYBALL_DEPENDENCY_FAILED' },
  { Kind: DeadlineExceeded, error: new DeadlineExceeded('late'), code: 'FLYBALL_DEADLINE_EXCEEDED' },
  { Kind: BusinessFailure, error: new BusinessFailure('CARD_DECLINED'), code: 'FLYBALL_BUSINESS_FAILURE' },
  { Kind: Misused, error: new Misused('what for'), code: 'FLYBALL_MISUSED' },
];

describe('one hierarchy', () => {
  it.each(kinds)('$code is a FlyballError, an Error, and of its own kind alone', ({ Kind, error, code }) => {
    expect(error).toBeInstanceOf(FlyballError);
    expect(error).toBeInstanceOf(Error);
    expect(kinds.filter((other) => error instanceof other.Kind).map((other) => other.Kind)).toEqual([Kind]);
    expect([error.code, error.name]).toEqual([code, Kind.name]);
  });

  it.each([undefined, null, 'FLYBALL_REFUSED', { code: 'FLYBALL_REFUSED' }, new Error('FLYBALL_REFUSED: no')])(
    '%s is none of ours, whatever it says',
    (value) => {
      expect([value instanceof FlyballError, value instanceof Refused]).toEqual([false, false]);
    },
  );

  it('somebody’s own class derived from one of these is told from it', () => {
    class PaymentsFailed extends DependencyFailed {}
    const own = new PaymentsFailed({ dependency: 'payments', outcome: 'error', attempts: 1, sent: true });
    expect([own instanceof PaymentsFailed, own instanceof DependencyFailed]).toEqual([true, true]);
    expect(failed()).not.toBeInstanceOf(PaymentsFailed);
  });

  it('the copy of flyball in a layer knows what the copy in a bundle has thrown', async () => {
    vi.resetModules();
    const copy = await import('../../../middleware/kernel/errors.ts');
    expect(copy.Refused).not.toBe(Refused);
    const theirs = new copy.Refused({ by: 'shed', rule: 'all', statusCode: 503, message: 'no room' });
    expect([theirs instanceof Refused, theirs instanceof FlyballError, theirs instanceof DependencyFailed]).toEqual([
      true,
      true,
      false,
    ]);
    expect([refused() instanceof copy.Refused, failed() instanceof copy.Refused]).toEqual([true, false]);
  });
});

describe('written down', () => {
  it('says who refused and when to come back', () => {
    expect(JSON.parse(JSON.stringify(refused()))).toEqual({
      name: 'Refused',
      code: 'FLYBALL_REFUSED',
      message: 'FLYBALL_REFUSED: too many',
      statusCode: 429,
      by: 'throttle',
      rule: 'per-client',
      retryAfterMs: 1_200,
    });
  });

  it('says what became of the attempts, and of the answer its status alone', () => {
    expect(JSON.parse(JSON.stringify(failed()))).toEqual({
      name: 'DependencyFailed',
      code: 'FLYBALL_DEPENDENCY_FAILED',
      message: 'FLYBALL_DEPENDENCY_FAILED: payments ended in "503" after 2 attempt(s)',
      statusCode: 502,
      dependency: 'payments',
      outcome: '503',
      attempts: 2,
      sent: true,
      status: 503,
    });
    expect(JSON.stringify(new BusinessFailure('CARD_DECLINED'))).toContain('"businessCode":"CARD_DECLINED"');
  });

  it('holds no header and no body of an answer, whoever lists its fields', () => {
    const error = failed();
    // As Lambda's own runtime writes it: every field that can be listed.
    const listed = JSON.stringify({ ...error });
    const shown = inspect(Object.assign(error, { cause: undefined }), { depth: 9 });
    for (const text of [JSON.stringify(error), listed, shown]) expect(text).not.toContain('hush');
    expect(error.response?.body).toEqual({ card: '4111-hush' });
  });
});
