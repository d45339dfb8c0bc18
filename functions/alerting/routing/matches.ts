// Whether an alert is one of those that a route, a silence or a rule of inhibition speaks of. Pure.
import type { Matcher, Routed } from './document.ts';
import { fitsOne, patternsOf } from './patterns.ts';

/** All parts of the matcher that are given fit; an empty one fits every alert. */
export function matches(matcher: Matcher, alert: Routed): boolean {
  const { service, owner, kind, severity, name, tag } = matcher;
  return (
    isOne(severity, alert.severity) &&
    isOne(kind, alert.kind) &&
    fits(service, alert.service) &&
    fits(name, alert.name) &&
    fits(owner, alert.owner) &&
    (tag === undefined || (alert.tags ?? []).some((own) => fits(tag, own)))
  );
}

function isOne(wanted: readonly string[] | undefined, own: string): boolean {
  return wanted === undefined || wanted.includes(own);
}

/** What nobody owns fits no pattern of owners, not even `*`. */
function fits(patterns: readonly string[] | undefined, own: string | undefined): boolean {
  if (patterns === undefined) return true;
  return own !== undefined && fitsOne(patternsOf(patterns), own);
}
