// Which of a rule's breakers is asked about: by the values of its key, or by the key as the table has it.
import type { BreakerRule } from '../../middleware/kernel/rules/document.ts';
import { rawKeyOf, storedKey } from '../../middleware/kernel/key.ts';
import { badRequest } from '../api/index.ts';
import { marked, valuesOf } from './throttle-key.ts';

const LONGEST = 1_024;

export interface GivenKey {
  /** `client=ada`; a part without a value is one that callers lack. */
  readonly key: readonly string[];
  readonly stored: string | undefined;
}

export const keyIn = (query: URLSearchParams): GivenKey => ({
  key: query.getAll('key'),
  stored: query.get('stored') ?? undefined,
});

/** As the table has it; undefined when none is given. @throws {Problem} 400 when what is given is no key of the rule. */
export function storedBreakerKey({ key, stored }: GivenKey, { key: parts = [] }: BreakerRule): string | undefined {
  if (stored !== undefined) {
    if (key.length > 0) throw badRequest('stored says by itself which key is meant: leave key out.');
    if (parts.length === 0) throw badRequest('stored means nothing here: the breaker is one for all.');
    if (stored.length <= LONGEST && stored.split(',').length === parts.length) return stored;
    const shape = `${String(parts.length)} values, separated by commas: those of ${parts.join(', ')}`;
    throw badRequest(`stored is not how the table has a key of this breaker, which is ${shape}.`);
  }
  if (key.length === 0) return undefined;
  if (parts.length === 0) throw badRequest('key means nothing here: the breaker is one for all.');
  return storedKey(parts, rawKeyOf(valuesOf(key, parts).map(marked(parts))));
}
