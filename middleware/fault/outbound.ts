// The place of faults in the outbound pipeline, innermost: what is injected there is loaded with the first rules that ask for it.
import type { OutboundPolicy, Reply, Send, Call } from '../kernel/outbound.ts';
import type { FaultRule } from '../kernel/rules/document.ts';

type Inject = (call: Call, next: Send) => Promise<Reply>;

let inject: Inject | undefined;

export function provideInject(given: Inject): void {
  inject = given;
}

export const faultOutbound: OutboundPolicy = {
  name: 'fault',
  stage(dependency, _rule, _instance, rules) {
    const faults = rules?.faults;
    if (!faults || !Object.values(faults).some((fault) => isOf(fault, dependency))) return undefined;
    return function faultStage(call, next) {
      return inject ? inject(call, next) : next(call);
    };
  },
};

function isOf({ mode, dependencies }: FaultRule, dependency: string): boolean {
  return mode !== 'disabled' && dependencies !== undefined && dependencies.includes(dependency);
}
