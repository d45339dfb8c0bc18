// Two attempts at one command side by side.
import { describe, expect, it } from 'vitest';
import type { DependencyRule } from '../../../../../middleware/kernel/rules/document.ts';
import { sdkError } from './stack.ts';
import { thrown, unavailable, world } from './world.ts';

const rule: DependencyRule = { hedge: { after: '100ms', most: '100%' } };
const never = () => new Promise<never>(() => undefined);

describe('a command that is slow', () => {
  it('gives what the second attempt got, and the first is ended and nobody’s failure', async () => {
    const { within, recorded, stack } = world((nth) => (nth === 1 ? never() : { Item: 'apple' }), { rule });
    expect(await within('GetItemCommand')).toMatchObject({ Item: 'apple' });
    expect(stack.sent).toHaveLength(2);
    expect(recorded).toEqual(['attempt 2 inventory ok', 'attempt 1 inventory refused', 'call inventory ok']);
  });

  it('throws what the service answered, if that is what the SDK does', async () => {
    const missing = sdkError('NoSuchKey', 404);
    const { within } = world(
      (nth) => {
        if (nth === 1) return never();
        throw missing;
      },
      { rule },
    );
    expect(await thrown(within('GetObjectCommand'))).toBe(missing);
  });

  it('throws what the SDK threw at the first when both fail', async () => {
    const errors = [unavailable(), unavailable()];
    const { within, clock } = world(
      (nth) =>
        new Promise((_resolve, reject) =>
          clock.after(200 * nth, () => reject(errors[nth - 1] ?? new Error('a third'))),
        ),
      { rule },
    );
    expect(await thrown(within('GetItemCommand'))).toBe(errors[0]);
  });

  it('that writes is never sent twice', async () => {
    const { within, stack } = world(() => never(), { rule, remainingMs: 1_000 });
    await thrown(within('PutItemCommand'));
    expect(stack.sent).toHaveLength(1);
  });
});
