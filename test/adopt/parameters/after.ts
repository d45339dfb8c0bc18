// The list stays a parameter: it is what the function does. The limit is a rule: it is how the function is run.
import { getParameter } from '@aws-lambda-powertools/parameters/ssm';
import { flyball, governed } from 'flyball';

export const handler = governed({ service: 'shop' }, async (event: { readonly currency: string }) => {
  const currencies = await getParameter('/shop/currencies', { maxAge: 60 });
  if (!currencies?.split(',').includes(event.currency)) return { accepted: false };
  return flyball.run('fx-rates', async (signal) => {
    const response = await fetch(`${process.env['FX_URL']}/rates/${event.currency}`, { signal });
    return { accepted: true, ...((await response.json()) as { readonly rate: number }) };
  });
});
