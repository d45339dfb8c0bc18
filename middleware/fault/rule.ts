// Faults compiled once per revision: whom each meets, where, and with what.
import type { Invocation } from '../kernel/invocation.ts';
import type { FaultRule, RuleDocument } from '../kernel/rules/document.ts';
import { parseDuration, parseShare } from '../kernel/units.ts';
import { hashOf, isMet } from './chance.ts';
import { compileMatch } from './match.ts';

/** How an injected failure looks: a status, or what has no status. */
export type Ending =
  { readonly status: number } | { readonly status?: undefined; readonly outcome: 'connect' | 'timeout' | 'error' };

/** What a request meets at one place. */
export interface Met {
  readonly fault: string;
  /** 0 for none. */
  readonly delayMs: number;
  readonly abort: Ending | undefined;
  /** Decided and counted, never done. */
  readonly shadow: boolean;
}

/** The faults of one place: a resource, a dependency, or the store. */
export interface PlacedFaults {
  /** What a request of this id meets here; undefined for most. */
  meets(invocation: Invocation, requestId: string, nowMs: number): Met | undefined;
}

export interface Faults {
  readonly resources: ReadonlyMap<string, PlacedFaults>;
  readonly dependencies: ReadonlyMap<string, PlacedFaults>;
  readonly store: PlacedFaults | undefined;
}

interface Compiled {
  readonly name: string;
  readonly untilMs: number;
  readonly shadow: boolean;
  readonly isFor: (invocation: Invocation) => boolean;
  readonly delay: { readonly share: number; readonly ms: number } | undefined;
  readonly abort: { readonly share: number; readonly ending: Ending } | undefined;
}

/** @throws {RangeError} naming a text that means nothing. */
export function compileFaults({ faults = {} }: RuleDocument): Faults {
  const resources = new Map<string, Compiled[]>();
  const dependencies = new Map<string, Compiled[]>();
  const store: Compiled[] = [];
  for (const [name, rule] of Object.entries(faults)) {
    if (rule.mode === 'disabled') continue;
    const fault = compileFault(name, rule);
    for (const one of rule.resources ?? []) push(resources, one, fault);
    for (const one of rule.dependencies ?? []) push(dependencies, one, fault);
    if (rule.store) store.push(fault);
  }
  return {
    resources: placed(resources, 'resource'),
    dependencies: placed(dependencies, 'dependency'),
    store: store.length === 0 ? undefined : placedAt('store', store),
  };
}

function push(map: Map<string, Compiled[]>, name: string, fault: Compiled): void {
  map.set(name, [...(map.get(name) ?? []), fault]);
}

function placed(map: ReadonlyMap<string, Compiled[]>, kind: string): Map<string, PlacedFaults> {
  return new Map([...map].map(([name, faults]) => [name, placedAt(`${kind}/${name}`, faults)]));
}

function compileFault(name: string, { mode, match, delay, abort, until }: FaultRule): Compiled {
  return {
    name,
    untilMs: Date.parse(until),
    shadow: mode === 'shadow',
    isFor: compileMatch(match),
    delay: delay && { share: parseShare(delay.share), ms: parseDuration(delay.for) },
    abort: abort && { share: parseShare(abort.share), ending: endingOf(abort) },
  };
}

function endingOf({ status, outcome = 'error' }: NonNullable<FaultRule['abort']>): Ending {
  return status === undefined ? { outcome } : { status };
}

/** The first fault that meets a request is the only one. */
function placedAt(place: string, faults: readonly Compiled[]): PlacedFaults {
  const salted = faults.map((fault) => ({
    ...fault,
    delaySalt: hashOf(`${fault.name}/delay/${place}`),
    abortSalt: hashOf(`${fault.name}/abort/${place}`),
  }));
  return {
    meets(invocation, requestId, nowMs) {
      const id = hashOf(requestId);
      for (const { name, untilMs, shadow, isFor, delay, abort, delaySalt, abortSalt } of salted) {
        if (nowMs >= untilMs) continue;
        const delayed = delay !== undefined && isMet(delaySalt, id, delay.share);
        const aborted = abort !== undefined && isMet(abortSalt, id, abort.share);
        if ((!delayed && !aborted) || !isFor(invocation)) continue;
        return {
          fault: name,
          delayMs: delayed ? delay.ms : 0,
          abort: aborted ? abort.ending : undefined,
          shadow,
        };
      }
      return undefined;
    },
  };
}
