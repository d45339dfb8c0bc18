// The same behind flyball: a breaker that all environments share, by live rules.
import { flyball, governed } from 'flyball';

interface Rate {
  readonly rate: number;
}

async function fetchRate(currency: string, signal: AbortSignal): Promise<Rate> {
  const response = await fetch(`${process.env['FX_URL']}/rates/${currency}`, { signal });
  if (!response.ok) throw new Error(`the rates answered ${response.status}`);
  return (await response.json()) as Rate;
}

export const handler = governed({ service: 'shop' }, async (event: { readonly currency: string }) =>
  flyball.run('fx-rates', (signal) => fetchRate(event.currency, signal)),
);
