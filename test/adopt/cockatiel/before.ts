// Exchange rates behind four of cockatiel's policies.
import {
  bulkhead,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  SamplingBreaker,
  timeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';

interface Rate {
  readonly rate: number;
}

const policy = wrap(
  bulkhead(10),
  retry(handleAll, { maxAttempts: 2, backoff: new ExponentialBackoff({ initialDelay: 50, maxDelay: 1_000 }) }),
  circuitBreaker(handleAll, {
    breaker: new SamplingBreaker({ threshold: 0.5, duration: 30_000, minimumRps: 2 }),
    halfOpenAfter: 5_000,
  }),
  timeout(500, TimeoutStrategy.Aggressive),
);

export const handler = async (event: { readonly currency: string }) =>
  policy.execute(async ({ signal }) => {
    const response = await fetch(`${process.env['FX_URL']}/rates/${event.currency}`, { signal });
    if (!response.ok) throw new Error(`the rates answered ${response.status}`);
    return (await response.json()) as Rate;
  });
