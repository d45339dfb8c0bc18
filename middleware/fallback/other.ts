// Whom a fallback asks in another's place: given by whoever knows how calls are made.
import type { AskOther } from './beyond.ts';

let ask: AskOther | undefined;

export function provideAskOther(given: AskOther): void {
  ask = given;
}

/** @throws {Error} what the other call throws. */
export const askOther: AskOther = (dependency, asked) => {
  if (!ask) throw new Error('nobody is there to make calls');
  return ask(dependency, asked);
};
