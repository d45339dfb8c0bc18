// Keeps rules from instances whose library does not know them: looks at who has reported lately.
import { isLaterVersion } from '../../middleware/kernel/version.ts';
import { minuteOf, readMinutes } from '../../store/items/telemetry.ts';
import type { Table } from '../../store/port.ts';
import { Problem } from '../api/index.ts';
import { MINUTE_MS, readFleetMinutes } from './fleet/minutes.ts';
import type { NewField } from './since.ts';

/** An instance under traffic reports every minute, under the minute its report began in. */
const LIVE_MINUTES = 4;

/** Of a fleet that the merge has counted more instances of in a minute, its counts are read; each instance's own otherwise. */
const MOST_LOOKED_AT = 400;
/** Pages of a minute that are looked at though nobody has counted them: some thousand instances. */
const MOST_PAGES = 10;

/**
 * How many instances that reported within the last minutes have a library older than `needed`, by its version. An
 * instance that has been idle for longer is not seen; should it wake, it keeps the last good revision by itself.
 */
export async function librariesBehind(
  table: Table,
  service: string,
  needed: string,
  nowMs: number,
): Promise<ReadonlyMap<string, number>> {
  const behind = new Map<string, number>();
  for (const [version, instances] of await versionsOf(table, service, nowMs)) {
    if (isLaterVersion(needed, version)) behind.set(version, instances);
  }
  return behind;
}

async function versionsOf(table: Table, service: string, nowMs: number): Promise<ReadonlyMap<string, number>> {
  const versions = new Map<string, number>();
  let isLarge = false;
  // A minute earlier too: what was counted last may not all be there yet.
  for await (const minute of readFleetMinutes(table, service, nowMs - (LIVE_MINUTES + 1) * MINUTE_MS, nowMs)) {
    isLarge ||= minute.instances > MOST_LOOKED_AT;
    for (const [version, instances] of Object.entries(minute.versions)) {
      versions.set(version, Math.max(versions.get(version) ?? 0, instances));
    }
  }
  return isLarge ? versions : versionsOfEach(table, service, nowMs);
}

async function versionsOfEach(table: Table, service: string, nowMs: number): Promise<ReadonlyMap<string, number>> {
  const minutes = Array.from({ length: LIVE_MINUTES }, (_, ago) => minuteOf(nowMs - ago * MINUTE_MS));
  const byInstance = new Map<string, string>();

  async function read(minute: string): Promise<void> {
    let cursor: string | undefined;
    for (let pages = 0; pages < MOST_PAGES; pages++) {
      const page = await readMinutes(table, service, minute, cursor);
      for (const { instance, version } of page.minutes) byInstance.set(instance, version);
      cursor = page.cursor;
      if (cursor === undefined) return;
    }
  }

  await Promise.all(minutes.map(read));
  const versions = new Map<string, number>();
  for (const version of byInstance.values()) versions.set(version, (versions.get(version) ?? 0) + 1);
  return versions;
}

/** 409: part of the fleet would not do what these rules say. */
export function tooNew(needed: string, fields: readonly NewField[], behind: ReadonlyMap<string, number>): Problem {
  const fleet = [...behind].map(([version, instances]) => `${instances} with ${version}`).join(', ');
  const [first] = fields.filter(({ since }) => since === needed);
  return new Problem(
    409,
    `These rules need flyball ${needed}${first ? ` (${first.path})` : ''}, and live instances have an older one: ${fleet}. ` +
      'Deploy the function with a newer library and publish when its old instances have been gone for four minutes, ' +
      'or publish with "force": true.',
    {
      code: 'LIBRARY_TOO_OLD',
      more: { needs: needed, fields, behind: [...behind].map(([version, instances]) => ({ version, instances })) },
    },
  );
}
