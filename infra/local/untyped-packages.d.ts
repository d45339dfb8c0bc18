// The part of dynalite's interface we use; the package ships no types.
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
