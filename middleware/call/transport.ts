// How attempts leave an instance over the network, unless something else is in its place.
import { Connections } from '../../store/adapters/connections.ts';
import type { Instance } from '../kernel/instance.ts';
import type * as HttpExchange from './http-exchange.ts';
import { TRANSPORT, type Transport } from './in-place.ts';

const MOST_IDLE_SOCKETS = 32;

let exchange: typeof HttpExchange.exchange | undefined;

/** By whoever has loaded it: a target at a URL is made with it. */
export function provideExchange(given: typeof HttpExchange.exchange): void {
  exchange = given;
}

export const transportOf = (instance: Instance): Transport => instance.state(TRANSPORT, () => network(instance));

function network(instance: Instance): Transport {
  const connections = new Connections(instance.clock, MOST_IDLE_SOCKETS);
  let invoker: ReturnType<Transport['invoker']> | undefined;
  return {
    exchange: (one) => (exchange ? exchange(connections, one) : Promise.reject(new Error('call/http is not loaded'))),
    invoker: () => (invoker ??= import('./invoking.ts').then(({ createInvoker }) => createInvoker(connections))),
  };
}
