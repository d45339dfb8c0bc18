// Whom a fallback asks in another's place: given by whoever knows how calls are made.
import type { Asked } from '../kernel/outbound.ts';

export type AskOther = (dependency: string, asked: Asked & CallLimits) => Promise<unknown>;

interface CallLimits {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

let ask: AskOther | undefined;

export function provideAskOther(given: AskOther): void {
  ask = given;
}

/** @throws {Error} what the other call throws. */
export const askOther: AskOther = (dependency, asked) => {
  if (!ask) throw new Error('nobody is there to make calls');
  return ask(dependency, asked);
};
