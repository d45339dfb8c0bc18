// Checks objectives: resources that exist, latencies that an invocation can exceed, no two of the same.
import type { RuleDocument, SloRule } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration, parseShare } from '../../../middleware/kernel/units.ts';
import type { Place, Report } from './findings.ts';
import type { KnownResources } from './throttles.ts';

/** No invocation lasts longer: everything would be good. */
const LAMBDA_MAX_MS = 900_000;

export function checkSlos(slos: NonNullable<RuleDocument['slos']>, known: KnownResources, report: Report): void {
  const seen = new Map<string, string>();
  for (const [name, rule] of Object.entries(slos)) {
    const place = ['slos', name];
    checkResourceNames(rule.resources ?? [], known, [...place, 'resources'], report);
    if (rule.latency !== undefined && parseDuration(rule.latency) >= LAMBDA_MAX_MS) {
      report([...place, 'latency'], `${rule.latency} is as long as an invocation can last (15m): nothing would be bad`);
    }
    const same = JSON.stringify(meaningOf(rule));
    const other = seen.get(same);
    if (other !== undefined) report(place, `promises the same as "${other}"; leave one of them out`);
    else seen.set(same, name);
  }
}

export function checkResourceNames(
  resources: readonly string[],
  known: KnownResources,
  place: Place,
  report: Report,
): void {
  resources.forEach((resource, i) => {
    const at = [...place, i];
    if (resource !== 'default' && !known.names.has(resource)) {
      const there = known.names.size > 0 ? `; there are ${[...known.names].slice(0, 20).join(', ')}` : '';
      report(at, `there is no resource "${resource}"${there}`);
    } else if (resources.indexOf(resource) !== i) report(at, `"${resource}" stands here twice`);
  });
}

function meaningOf({ objective, latency, resources, window = '30d' }: SloRule) {
  const latencyMs = latency === undefined ? null : parseDuration(latency);
  return [parseShare(objective), latencyMs, resources ? [...new Set(resources)].sort() : null, window];
}
