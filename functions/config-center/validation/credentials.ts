// Checks what access rules take callers' word by: that it can come, lives no longer than it should, and is asked for somewhere.
import type { AccessEntry, AccessRule } from '../../../middleware/kernel/rules/document.ts';
import { parseDuration } from '../../../middleware/kernel/units.ts';
import type { Place, Report } from './findings.ts';

/** Until then a key that has been revoked may be let in, while the table does not answer. */
const LONGEST_KEEP_MS = 86_400_000;
/** Looked at again every minute while the table answers: less would be no time at all. */
const SHORTEST_KEEP_MS = 60_000;
/** As long as a signature lives: more would make it live twice as long. */
const LONGEST_SIGNED_LEEWAY_MS = 30_000;

export function checkCredentials(access: AccessRule, report: Report): void {
  const { require: required = [], jwt, apiKeys, signed, deny = [], allow = [] } = access;
  const place = ['access'];
  required.forEach((credential, i) => {
    const at = [...place, 'require', i];
    if (required.indexOf(credential) !== i) report(at, `"${credential}" stands here twice`);
    else if (credential === 'api-key' && !apiKeys) report(at, 'no API keys are taken; give apiKeys: {} beside it');
    else if (credential === 'signed' && !signed) report(at, 'no signed calls are taken; give signed: {} beside it');
  });
  if (apiKeys?.keepFor !== undefined) {
    const ms = parseDuration(apiKeys.keepFor);
    if (ms < SHORTEST_KEEP_MS || ms > LONGEST_KEEP_MS)
      report([...place, 'apiKeys', 'keepFor'], `${apiKeys.keepFor} is not between 1m and 24h`);
  }
  if (signed?.leeway !== undefined && parseDuration(signed.leeway) > LONGEST_SIGNED_LEEWAY_MS) {
    report([...place, 'signed', 'leeway'], `${signed.leeway} is longer than a signature lives; at most 30s are taken`);
  }
  for (const [list, entries] of Object.entries({ deny, allow })) {
    entries.forEach((entry, i) => checkEntry(entry, access, [...place, list, i], report));
  }
  if (jwt?.roles !== undefined && ![...deny, ...allow].some(({ roles }) => roles)) {
    report([...place, 'jwt', 'roles'], 'are asked of nobody: no entry of deny or allow names roles');
  }
}

/** What nothing here can make true: the entry would fit nobody. */
function checkEntry({ roles, service }: AccessEntry, access: AccessRule, place: Place, report: Report): void {
  const { jwt, apiKeys, signed } = access;
  roles?.forEach((role, i) => checkTwice(roles, role, i, [...place, 'roles'], report));
  service?.forEach((name, i) => checkTwice(service, name, i, [...place, 'service'], report));
  if (roles && jwt?.roles === undefined && !apiKeys) {
    report([...place, 'roles'], 'nobody has roles: give jwt.roles, where tokens have them, or apiKeys');
  }
  if (service && !signed) report([...place, 'service'], 'no signed calls are taken; give signed: {} beside the list');
}

function checkTwice(values: readonly string[], value: string, i: number, place: Place, report: Report): void {
  if (values.indexOf(value) !== i) report([...place, i], `"${value}" stands here twice`);
}
