// Which limit of AWS's is claimed by one rule alone, and which by several, of whatever services. Pure.
import type { Actuation } from './plan.ts';

/** A limit of AWS's that a rule of a service sets. */
export interface Claim {
  readonly service: string;
  readonly actuation: Actuation;
}

export interface Claims {
  /** Nobody else sets what these set. */
  readonly sole: readonly Claim[];
  /** Each of these groups sets one limit: they would undo each other's work every minute. */
  readonly contested: readonly (readonly Claim[])[];
}

/** `cell` is `<account>:<Region>:<stage>`. A rule in shadow sets nothing, and is in nobody's way. */
export function claimsApart(claims: readonly Claim[], cell: string): Claims {
  const groups = Map.groupBy(
    claims.filter(({ actuation }) => !actuation.shadow),
    ({ actuation }) => `${actuation.kind} ${resolved(actuation.target, cell)}`,
  );
  const several = [...groups.values()].filter((group) => group.length > 1);
  const inSeveral = new Set(several.flat());
  return { sole: claims.filter((claim) => !inSeveral.has(claim)), contested: several };
}

/** An ARN of this account and Region is another way to write a name. */
function resolved(target: string, cell: string): string {
  const [, region, account, name] = /^arn:[^:]+:lambda:([^:]+):([^:]+):function:(.+)$/.exec(target) ?? [];
  return name !== undefined && cell.startsWith(`${String(account)}:${String(region)}:`) ? name : target;
}
