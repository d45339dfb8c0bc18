// Ends waiting for a promise as soon as a signal aborts, whether or not what runs behind it listens.

/** Rejects with the signal's reason once it aborts; what the promise does after that is nobody's concern any more. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
