// What a request costs of a throttle: always the same number of tokens, or what the request says itself.
import type { Invocation } from '../kernel/invocation.ts';
import { queryOf } from '../kernel/request.ts';
import { headerOf } from '../kernel/trigger.ts';

/** A number, or where a request says it. */
export type Cost = number | string;

const WHOLE = /^[0-9]+$/;

/** Undefined when every request costs one token. */
export function compileCost(cost: Cost = 1): ((invocation: Invocation) => number) | undefined {
  if (cost === 1) return undefined;
  if (typeof cost === 'number') return () => cost;
  const colon = cost.indexOf(':');
  const name = cost.slice(colon + 1);
  const saidIn = cost.slice(0, colon) === 'header' ? headerOf : queryOf;
  return ({ event }) => costSaid(saidIn(event, name));
}

/** A whole number from 1, of several the largest; whoever says something else, or nothing, is counted as one. */
export function costSaid(text: string | undefined): number {
  const said = text?.trim() ?? '';
  if (said.includes(',')) return Math.max(...said.split(',').map(costSaid));
  return WHOLE.test(said) ? Math.max(1, Number(said)) : 1;
}
