// Posts the events of one message a few at a time: one after another they would take more time than an attempt has.
import { sideBySide } from '../../api/passes.ts';
import { Failed, type Failure } from './failures.ts';

/**
 * Nothing more is begun once one has failed. Those before it have been told of, and may be sent again, by their keys; so
 * it is worth another attempt if that is so of any.
 */
export async function postedEach<T>(
  events: readonly T[],
  post: (event: T) => Promise<Failure | undefined>,
  atOnce: number,
): Promise<Failure | undefined> {
  const failures: Failure[] = [];
  let accepted = 0;
  let thrown: { readonly error: unknown } | undefined;
  await sideBySide(atOnce, events, async (event) => {
    if (failures.length > 0 || thrown) return;
    try {
      const failure = await post(event);
      if (failure) failures.push(failure);
      else accepted++;
    } catch (error) {
      if (error instanceof Failed) failures.push(error.failure);
      else thrown ??= { error };
    }
  });
  if (thrown) throw thrown.error;
  const failure = failures.find(({ retryable }) => retryable) ?? failures[0];
  return failure && accepted > 0 ? { ...failure, maybeDelivered: true } : failure;
}
