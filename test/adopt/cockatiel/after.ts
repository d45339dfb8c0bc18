// The same by rules. A GET may be repeated, and says so.
import { flyball, governed } from 'flyball';

interface Rate {
  readonly rate: number;
}

export const handler = governed({ service: 'shop' }, async (event: { readonly currency: string }) =>
  flyball.run(
    'fx-rates',
    async (signal) => {
      const response = await fetch(`${process.env['FX_URL']}/rates/${event.currency}`, { signal });
      if (!response.ok) throw new Error(`the rates answered ${response.status}`);
      return (await response.json()) as Rate;
    },
    { idempotent: true },
  ),
);
