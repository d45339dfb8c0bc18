// Finds what, in rules of the control plane's own services, would keep out those who have to mend it: warnings, no errors.
import type { AccessEntry, AccessRule, RuleDocument, ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import { parseRate, parseWindowRate } from '../../../middleware/kernel/rates.ts';
import type { Finding, Place, Report } from './findings.ts';

/** Whoever calls these sends an API key, and is to access rules an address and nothing more. */
const OWN: ReadonlySet<string> = new Set(['alerting', 'config-center', 'batch-monitor', 'telemetry']);
/** A limit that gives requests back more slowly keeps people out for longer than they will wait. */
const SLOWEST_MS = 60_000;

/** What these rules would do to the control plane itself; nothing for any other service. Pure. */
export function lockouts(service: string, { access, throttles = {} }: RuleDocument): readonly Finding[] {
  if (!isOwn(service)) return [];
  const findings: Finding[] = [];
  const report: Report = (place, reason) => findings.push({ place, reason });
  if (access && enforced(access)) lockedByAccess(access, report);
  for (const [name, rule] of Object.entries(throttles)) {
    if (enforced(rule)) lockedByThrottle(rule, ['throttles', name], report);
  }
  return findings;
}

export function isOwn(service: string): boolean {
  return OWN.has(service);
}

function enforced({ mode = 'enforce' }: { readonly mode?: string | undefined }): boolean {
  return mode === 'enforce';
}

function lockedByAccess({ require: required, jwt, deny = [], allow }: AccessRule, report: Report): void {
  if (jwt) report(['access', 'jwt'], 'refuses every API key sent as "Authorization: Bearer", since none is a token');
  else if (required)
    report(['access', 'require'], 'refuses everybody: callers send API keys, and nothing verifies them as tokens');
  deny.forEach((entry, i) => {
    const network = asksWho(entry) || entry.resources ? undefined : entry.ip?.find((one) => one.endsWith('/0'));
    if (network !== undefined) report(['access', 'deny', i], `refuses everybody: ${network} has every address`);
  });
  if (allow && !jwt && allow.every(asksWho)) {
    report(['access', 'allow'], 'lets nobody in: to access rules an API key is no client and has no claims');
  }
}

function asksWho({ client, claims, roles, service }: AccessEntry): boolean {
  return client !== undefined || claims !== undefined || roles !== undefined || service !== undefined;
}

function lockedByThrottle({ resources, algorithm, limit }: ThrottleRule, place: Place, report: Report): void {
  if (resources) return;
  const { tokens, perMs } = algorithm === 'fixed-window' ? parseWindowRate(limit) : parseRate(limit);
  if (perMs / tokens <= SLOWEST_MS) return;
  report(
    [...place, 'limit'],
    `${limit} of every request, once spent, comes back more slowly than one request a minute`,
  );
}
