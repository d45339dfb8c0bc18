// Where a dependency's calls go. What sends over HTTP is there before rules with a URL come in force; what invokes functions
// is loaded by the first call of one, as the AWS SDK's client is.
import type { Instance } from '../kernel/instance.ts';
import type { DependencyRule, RuleDocument } from '../kernel/rules/document.ts';
import { parseSize } from '../kernel/units.ts';
import type * as Http from './http.ts';
import type { Transport } from './in-place.ts';
import type { Target } from './request.ts';
import { provideExchange, transportOf } from './transport.ts';

let http: typeof Http | undefined;

export async function loadHttp(): Promise<typeof Http> {
  if (!http) {
    http = await import('./http.ts');
    provideExchange(http.exchange);
  }
  return http;
}

/** Before rules come in force. */
export async function loadTargetsFor({ dependencies = {} }: RuleDocument): Promise<void> {
  if (Object.values(dependencies).some(({ target }) => target && 'url' in target)) await loadHttp();
}

/** For tests whose time stands still while a file is read. */
export async function loadTargets(): Promise<void> {
  await Promise.all([loadHttp(), import('./invoking.ts'), import('../kernel/signing/index.ts')]);
}

/** Undefined for a dependency that only `run` reaches. */
export function targetOf({ target, maxAnswer, sign }: DependencyRule, instance: Instance): Target | undefined {
  if (!target) return undefined;
  const limitBytes = maxAnswer === undefined ? undefined : parseSize(maxAnswer);
  const over = transportOf(instance);
  if ('url' in target) {
    const root = new URL(target.url);
    const transport = sign ? signing(over, sign.callee) : over;
    const made = http?.urlTarget(root, instance, transport, limitBytes);
    return made ?? atFirst(async () => (await loadHttp()).urlTarget(root, instance, transport, limitBytes));
  }
  return atFirst(async () => {
    const { lambdaTarget } = await import('./invoking.ts');
    return lambdaTarget(target, instance, over, limitBytes);
  });
}

/** Each attempt is signed as it leaves. */
function signing(transport: Transport, callee: string): Transport {
  const exchange: Transport['exchange'] = async (one, call) => {
    const { withSignature } = await import('../kernel/signing/index.ts');
    return transport.exchange(await withSignature(one, call, callee), call);
  };
  return { ...transport, exchange };
}

/** Made by the first call; the others pass on at once. */
function atFirst(make: () => Promise<Target>): Target {
  let target: Target | undefined;
  async function first(...[request, call]: Parameters<Target>): ReturnType<Target> {
    try {
      target ??= await make();
    } catch (error) {
      return { outcome: 'error', error, sent: false };
    }
    return target(request, call);
  }
  return (request, call) => (target ? target(request, call) : first(request, call));
}
