// Exchange rates behind opossum: a breaker in the memory of each environment.
import CircuitBreaker from 'opossum';

interface Rate {
  readonly rate: number;
}

async function fetchRate(currency: string): Promise<Rate> {
  const response = await fetch(`${process.env['FX_URL']}/rates/${currency}`);
  if (!response.ok) throw new Error(`the rates answered ${response.status}`);
  return (await response.json()) as Rate;
}

const breaker = new CircuitBreaker(fetchRate, {
  timeout: 500,
  rollingCountTimeout: 10_000,
  volumeThreshold: 5,
  errorThresholdPercentage: 50,
  resetTimeout: 30_000,
});
breaker.fallback(() => ({ rate: 1 }));

export const handler = async (event: { readonly currency: string }) => breaker.fire(event.currency);
