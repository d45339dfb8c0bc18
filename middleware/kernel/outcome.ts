// The one vocabulary for how something ended, shared by breakers, retries and metrics.

/** `refused` is flyball's own doing and never a failure of what it protects. */
export type Outcome =
  'ok' | 'connect' | 'timeout' | 'throttled' | 'error' | 'refused' | `${number}` | `business:${string}`;

/** The class of an HTTP status: `429` is `throttled`, below 400 is `ok`, the rest is its number; what is none, `error`. */
export function outcomeOfStatus(status: number): Outcome {
  if (!(status >= 100 && status < 600) || status % 1 !== 0) return 'error';
  if (status < 400) return 'ok';
  return status === 429 ? 'throttled' : `${status}`;
}

/** A compiled list such as `[connect, timeout, 5xx, 404, business:CARD_DECLINED]`. */
export type OutcomeTest = (outcome: Outcome) => boolean;

/** Compiles a list of outcome names once; `4xx` and `5xx` stand for their exact statuses, `4xx` also for `throttled`. */
export function outcomeTest(names: readonly (string | number)[]): OutcomeTest {
  // YAML reads a bare 503 as a number.
  const exact = new Set(names.map(String));
  const clientErrors = exact.has('4xx');
  const serverErrors = exact.has('5xx');
  return (outcome) => {
    if (outcome === 'refused') return false;
    if (exact.has(outcome)) return true;
    if (outcome === 'throttled') return clientErrors || exact.has('429');
    const first = outcome.charCodeAt(0);
    return (first === 0x34 && clientErrors) || (first === 0x35 && serverErrors);
  };
}
