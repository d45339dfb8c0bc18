// The place of a function among targets: what invokes it is loaded by the first call, as the AWS SDK's client is.
import type { Instance } from '../kernel/instance.ts';
import type { FunctionTarget } from './lambda-target.ts';
import type { Target } from './request.ts';
import { transportOf } from './transport.ts';

export function functionTarget(to: FunctionTarget, instance: Instance, maxAnswerBytes: number | undefined): Target {
  let invoke: Target | undefined;
  async function first(...[request, call]: Parameters<Target>): ReturnType<Target> {
    try {
      const { lambdaTarget } = await import('./invoking.ts');
      invoke ??= lambdaTarget(to, instance, transportOf(instance), maxAnswerBytes);
    } catch (error) {
      return { outcome: 'error', error, sent: false };
    }
    return invoke(request, call);
  }
  return (request, call) => (invoke ? invoke(request, call) : first(request, call));
}
