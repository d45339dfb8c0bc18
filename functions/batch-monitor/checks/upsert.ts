// Makes a check, or changes the one that is meant: of several who ask for the same one at once, all get one.
import { createHash } from 'node:crypto';
import type { Check } from '../../../store/items/check-record.ts';
import { createCheck } from '../../../store/items/checks.ts';
import type { Table } from '../../../store/port.ts';
import { Problem } from '../../api/index.ts';
import { claimed, firstOfSlug } from './claimed.ts';
import { changeOrPutOff } from './contended.ts';
import { configured, DEFAULT_SETTINGS, newCheck } from './fold.ts';
import { allChecks } from './project.ts';
import { isMeant, requireComing, type Spec } from './spec.ts';

export async function upsert(
  table: Table,
  newId: () => string,
  service: string,
  spec: Spec,
  at: number,
): Promise<{ readonly check: Check; readonly made: boolean }> {
  const { settings, unique } = spec;
  const newOne = (uuid: string) => {
    requireComing(DEFAULT_SETTINGS, settings);
    return newCheck({ uuid, badgeKey: newId(), service, at }, settings);
  };
  if (unique.length === 0) return { check: await createCheck(table, newOne(newId())), made: true };

  const { checks, unreadable } = await allChecks(table, service);
  const meant = checks.find((check) => isMeant(check, spec));
  if (meant === undefined && unreadable > 0) {
    // One of them may be the one that is meant: another like it would make its slug ambiguous.
    throw new Problem(503, 'a newer version has written checks of this service; try again when all of it is deployed', {
      code: 'NEWER_CHECKS',
      headers: { 'retry-after': '60' },
    });
  }
  const update = (uuid: string) =>
    changeOrPutOff(table, uuid, (check) => {
      requireComing(check, settings);
      return configured(check, settings, at);
    });
  const updated = meant && (await update(meant.uuid));
  if (updated !== undefined) return { check: updated, made: false };

  const wanted = { service, what: claimOf(spec), at };
  const { check, made } = await claimed(table, newId, wanted, (known) => isMeant(known, spec), newOne);
  return { check: made ? check : ((await update(check.uuid)) ?? check), made };
}

/** A slug alone is what pings with `?create=1` claim, too: there must be one check in the end, or it is ambiguous for good. */
function claimOf(spec: Spec): string {
  const { settings, unique } = spec;
  const { slug = '' } = settings;
  return slug !== '' && unique.every((field) => field === 'slug') ? firstOfSlug(slug) : `unique#${fingerprintOf(spec)}`;
}

/** The same for specs that mean the same check. */
function fingerprintOf({ settings, unique }: Spec): string {
  const { name, slug, tags, timeoutMs, graceMs } = settings;
  const values = { name, slug, tags, timeout: timeoutMs, grace: graceMs };
  const named = [...unique].sort().map((field) => [field, values[field]]);
  return createHash('sha256').update(JSON.stringify(named)).digest('hex').slice(0, 32);
}
