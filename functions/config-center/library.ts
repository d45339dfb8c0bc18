// Keeps rules from instances whose library does not know them: looks at who has reported lately.
import { isLaterVersion } from '../../middleware/kernel/version.ts';
import { minuteOf, readMinutes } from '../../store/items/telemetry.ts';
import type { Table } from '../../store/port.ts';
import { Problem } from '../api/index.ts';
import type { NewField } from './since.ts';

const MINUTE_MS = 60_000;
/** An instance under traffic reports every minute, under the minute its report began in. */
const LIVE_MINUTES = 4;

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
  const minutes = Array.from({ length: LIVE_MINUTES }, (_, ago) => minuteOf(nowMs - ago * MINUTE_MS));
  const versions = new Map<string, string>();

  async function read(minute: string): Promise<void> {
    let cursor: string | undefined;
    do {
      const page = await readMinutes(table, service, minute, cursor);
      for (const { instance, version } of page.minutes) versions.set(instance, version);
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  await Promise.all(minutes.map(read));
  const behind = new Map<string, number>();
  for (const version of versions.values()) {
    if (isLaterVersion(needed, version)) behind.set(version, (behind.get(version) ?? 0) + 1);
  }
  return behind;
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
