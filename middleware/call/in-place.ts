// What stands in the network's place: the port by which attempts leave an instance, and how a test puts its own there.
import type { Instance } from '../kernel/instance.ts';
import type { Call } from '../kernel/outbound.ts';
import type { Answer, Exchange } from './http-exchange.ts';

export interface Invoke {
  /** Its name or ARN. */
  readonly function: string;
  /** Its alias or version. */
  readonly alias: string | undefined;
  /** Where it is, if that is not here. */
  readonly region?: string | undefined;
  /** JSON. */
  readonly payload: string;
}

export interface InvokeAnswer {
  readonly FunctionError?: string | undefined;
  readonly Payload?: Uint8Array | undefined;
}

export interface Transport {
  /** @throws {ExchangeFailed} */
  exchange(exchange: Exchange, call: Call): Promise<Answer>;
  /** What invokes functions, once it is there: nothing has been sent before. */
  invoker(): Promise<(invoke: Invoke, call: Call) => Promise<InvokeAnswer>>;
}

/** Where an instance keeps its own. */
export const TRANSPORT = {};

/** Puts a transport in the network's place, on an instance that has not called anything yet. */
export function replaceTransport(instance: Instance, transport: Transport): void {
  instance.state(TRANSPORT, () => transport);
}
