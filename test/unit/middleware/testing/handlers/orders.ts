// A handler as users write it: governed in its own module, at import.
import { governed } from 'flyball';

let imports = 0;
imports += 1;

export const handler = governed({ service: 'shop' }, async (event: { readonly id: number }) => ({
  statusCode: 200,
  body: JSON.stringify({ id: event.id, imports }),
}));
