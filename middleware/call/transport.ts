// How attempts leave an instance over the network, unless something else is in its place.
import { Connections } from '../../store/adapters/connections.ts';
import type { Instance } from '../kernel/instance.ts';
import { exchange, MOST_IDLE_SOCKETS } from './http-exchange.ts';
import { TRANSPORT, type Transport } from './in-place.ts';

export const transportOf = (instance: Instance): Transport => instance.state(TRANSPORT, () => network(instance));

function network(instance: Instance): Transport {
  const connections = new Connections(instance.clock, MOST_IDLE_SOCKETS);
  let invoker: ReturnType<Transport['invoker']> | undefined;
  return {
    exchange: (one) => exchange(connections, one),
    invoker: () => (invoker ??= import('./invoking.ts').then(({ createInvoker }) => createInvoker(connections))),
  };
}
