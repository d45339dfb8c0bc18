// Three layers as flyball has them: rules packaged with the function, and nothing else than a call in the handler.
import { flyball, governed } from '../../../middleware/index.ts';
import { announce } from './announce.ts';

type Target = { readonly function: string } | { readonly url: string };

const retry = { attempts: 3, backoff: { initial: '5ms', max: '20ms' } };

function layer(service: string, target: Target) {
  const next = { target, retry, operations: { work: { idempotency: 'safe' } } };
  const bootstrap = { apiVersion: 'flyball/v1', service, dependencies: { next } };
  return governed({ service, bootstrap }, async () => {
    await flyball.call('next', { operation: 'work' });
    return { done: true };
  });
}

await announce();

export const first = layer('chain-first', { function: 'second' });
export const second = layer('chain-second', { function: 'third' });
export const third = layer('chain-third', { url: process.env['CHAIN_LAST_URL'] ?? '' });
