// Makes a check, or changes the one that is meant: of several who ask for the same one at once, all get one.
import { createHash } from 'node:crypto';
import type { Check } from '../../../store/items/check-record.ts';
import { checksBySlug, createCheck } from '../../../store/items/checks.ts';
import { UnreadableItem } from '../../../store/items/fields.ts';
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
  requireRoom: (service: string, at: number) => Promise<void>,
): Promise<{ readonly check: Check; readonly made: boolean }> {
  const { settings, unique } = spec;
  const newOne = (uuid: string) => {
    requireComing(DEFAULT_SETTINGS, settings);
    return newCheck({ uuid, badgeKey: newId(), service, at }, settings);
  };
  if (unique.length === 0) {
    await requireRoom(service, at);
    return { check: await createCheck(table, newOne(newId())), made: true };
  }

  const meant = await meantBy(table, service, spec);
  const update = (uuid: string) =>
    changeOrPutOff(table, uuid, (check) => {
      requireComing(check, settings);
      return configured(check, settings, at);
    });
  const updated = meant && (await update(meant.uuid));
  if (updated !== undefined) return { check: updated, made: false };

  await requireRoom(service, at);
  const wanted = { service, what: claimOf(spec), at };
  const { check, made } = await claimed(table, newId, wanted, (known) => isMeant(known, spec), newOne);
  return { check: made ? check : ((await update(check.uuid)) ?? check), made };
}

/** Of checks with the same slug, more than anybody has. */
const MOST_OF_SLUG = 100;

/** The check that a spec means. @throws {Problem} 503 while it may be one that only a newer version can read. */
async function meantBy(table: Table, service: string, spec: Spec): Promise<Check | undefined> {
  const { checks, unreadable } = await candidatesFor(table, service, spec);
  const meant = checks.find((check) => isMeant(check, spec));
  if (meant === undefined && unreadable > 0) {
    // Another like it would make its slug ambiguous.
    throw new Problem(503, 'a newer version has written checks of this service; try again when all of it is deployed', {
      code: 'NEWER_CHECKS',
      headers: { 'retry-after': '60' },
    });
  }
  return meant;
}

/** Those with its slug, where that tells them from others: to read all of them takes as many reads as there are. */
async function candidatesFor(table: Table, service: string, { settings, unique }: Spec): ReturnType<typeof allChecks> {
  const { slug = '' } = settings;
  if (slug === '' || !unique.includes('slug')) return allChecks(table, service);
  try {
    return { checks: await checksBySlug(table, service, slug, MOST_OF_SLUG), unreadable: 0 };
  } catch (error) {
    if (!(error instanceof UnreadableItem)) throw error;
    return { checks: [], unreadable: 1 };
  }
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
