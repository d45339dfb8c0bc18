// What can be searched for as an outcome.
import { describe, expect, it } from 'vitest';
import { isOutcome } from '../../../../console/screens/traces/outcome.ts';

describe('an outcome', () => {
  it.each(['ok', 'refused', '5xx', 'business', '404', 'business:CARD_DECLINED'])('may be %s', (text) => {
    expect(isOutcome(text)).toBe(true);
  });

  it.each(['', 'OK', 'broken', '99', '6xx', '4040', 'business:', 'throttled '])('is never "%s"', (text) => {
    expect(isOutcome(text)).toBe(false);
  });
});
