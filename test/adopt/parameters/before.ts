// Exchange rates whose time limit is a parameter beside the list of currencies.
import { getParameter } from '@aws-lambda-powertools/parameters/ssm';

export const handler = async (event: { readonly currency: string }) => {
  const currencies = await getParameter('/shop/currencies', { maxAge: 60 });
  if (!currencies?.split(',').includes(event.currency)) return { accepted: false };
  const timeoutMs = Number(await getParameter('/shop/fx-timeout-ms', { maxAge: 60 }));
  const url = `${process.env['FX_URL']}/rates/${event.currency}`;
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  return { accepted: true, ...((await response.json()) as { readonly rate: number }) };
};
