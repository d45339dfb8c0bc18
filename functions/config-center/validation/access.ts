// Checks access rules: lists that can fit somebody, resources that exist and are reached over the web, bounded leeway.
import type { AccessEntry, AccessRule, ResourceRule } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration } from '../../../middleware/kernel/units.ts';
import { checkCredentials } from './credentials.ts';
import type { Place, Report } from './findings.ts';
import { checkPlatform } from './platform.ts';
import { triggersOf } from './resources.ts';
import type { KnownResources } from './throttles.ts';

/** More is no disagreement of clocks: it would be a longer life for every token. */
const LONGEST_LEEWAY_MS = 300_000;

export function checkAccess(access: AccessRule, known: KnownResources, report: Report): void {
  const { require: required, jwt, apiKeys, signed, deny, allow } = access;
  const place = ['access'];
  if (!required && !jwt && !apiKeys && !signed && !deny && !allow) {
    report(place, 'says nothing; give require, jwt, apiKeys, signed, deny or allow');
  }
  if (jwt?.leeway !== undefined && parseDuration(jwt.leeway) > LONGEST_LEEWAY_MS) {
    report([...place, 'jwt', 'leeway'], `${jwt.leeway} is longer than clocks disagree; at most 5m are taken`);
  }
  if (jwt) checkPlatform(jwt.jwksUri, [...place, 'jwt', 'jwksUri'], report);
  checkCredentials(access, report);
  checkTwice(jwt?.algorithms ?? [], [...place, 'jwt', 'algorithms'], report);
  if (jwt && typeof jwt.audience !== 'string') checkTwice(jwt.audience, [...place, 'jwt', 'audience'], report);
  for (const [list, entries] of Object.entries({ deny, allow })) {
    entries?.forEach((entry, i) => checkEntry(entry, known, [...place, list, i], report));
  }
  checkOvershadowed(deny ?? [], allow ?? [], report);
}

function checkEntry(entry: AccessEntry, known: KnownResources, place: Place, report: Report): void {
  const { claims, resources = [] } = entry;
  if (Object.values(entry).every((part) => part === undefined)) {
    report(place, 'says nothing; give client, claims, roles, service, ip or resources');
  }
  if (claims && Object.keys(claims).length === 0) report([...place, 'claims'], 'names no claim');
  checkTwice(resources, [...place, 'resources'], report);
  resources.forEach((resource, i) => {
    const at = [...place, 'resources', i];
    if (resource !== 'default' && !known.names.has(resource)) report(at, `there is no resource "${resource}"`);
    const sound = soundRule(known, resource);
    if (sound && !triggersOf(sound.match).includes('http')) {
      report(at, `${sound.match.trigger ?? 'its'} events are let in by IAM: access is asked of web requests alone`);
    }
  });
}

/** What is denied first is never allowed. */
function checkOvershadowed(deny: readonly AccessEntry[], allow: readonly AccessEntry[], report: Report): void {
  const denied = new Set(deny.map((entry) => JSON.stringify(entry)));
  allow.forEach((entry, i) => {
    if (denied.has(JSON.stringify(entry))) report(['access', 'allow', i], 'is never reached: deny has the same entry');
  });
}

function checkTwice(values: readonly string[], place: Place, report: Report): void {
  values.forEach((value, i) => {
    if (values.indexOf(value) !== i) report([...place, i], `"${value}" stands here twice`);
  });
}

function soundRule({ sound }: KnownResources, name: string): ResourceRule | undefined {
  return Object.hasOwn(sound, name) ? sound[name] : undefined;
}
