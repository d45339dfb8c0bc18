// Ends waiting for a promise as soon as a signal aborts, whether or not what runs behind it listens.

const ONCE = { once: true } as const;

/** Rejects with the signal's reason once it aborts; what the promise does after that is nobody's concern any more. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, ONCE);
    // Each its own, rather than one `finally` behind both: that is two promises more for every attempt.
    promise.then(
      (value) => {
        signal.removeEventListener('abort', onAbort);
        resolve(value);
      },
      (error: Error) => {
        signal.removeEventListener('abort', onAbort);
        reject(error);
      },
    );
  });
}
