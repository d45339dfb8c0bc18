// The parts we use of packages that ship no types.
declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface DynaliteServerOptions {
    path?: string;
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
  }
  export default function dynalite(options?: DynaliteServerOptions): Server;
}

declare module 'serverless-offline/lambda' {
  import type { Functions } from './failures.ts';

  const Lambda: { readonly prototype: Functions };
  export default Lambda;
}
