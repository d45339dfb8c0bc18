// Finds access rules that let in nobody, or fewer than they seem to say: warnings, no errors.
import type { AccessEntry, RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import type { Finding } from './findings.ts';

/** Nothing of rules that are not enforced. Pure. */
export function lockedOut({ access }: RuleDocument): readonly Finding[] {
  if (!access || (access.mode ?? 'enforce') !== 'enforce') return [];
  const { require: required, jwt, apiKeys, signed, deny = [], allow } = access;
  const findings: Finding[] = [];
  deny.forEach((entry, i) => {
    const { ip, ...others } = entry;
    const all = ip?.find((network) => network.endsWith('/0'));
    if (all === undefined || Object.values(others).some((part) => part !== undefined)) return;
    findings.push({ place: ['access', 'deny', i], reason: `refuses everybody: ${all} has every address` });
  });
  // Whom a gateway has verified is known too: only what callers must carry here says that nobody else is meant.
  const servicesAlone = signed !== undefined && !jwt && !apiKeys;
  allow?.forEach((entry, i) => {
    if (!servicesAlone || required?.includes('jwt') || !asksPerson(entry)) return;
    const reason = 'fits those alone whom a gateway has verified: signed calls have no client, claims or roles';
    findings.push({ place: ['access', 'allow', i], reason });
  });
  if (required && !required.includes('signed') && allow?.every(({ service }) => service !== undefined)) {
    const reason = `lets in services alone, and of those only who also carries one of ${required.join(', ')}`;
    findings.push({ place: ['access', 'allow'], reason });
  }
  return findings;
}

function asksPerson({ client, claims, roles }: AccessEntry): boolean {
  return client !== undefined || claims !== undefined || roles !== undefined;
}
