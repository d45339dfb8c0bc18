// How the parts of a divided bucket stand in the table.
import { readBucket, type BucketName, type BucketRecord } from '../../store/items/throttle.ts';
import { partName } from '../../store/items/throttle-shards.ts';
import type { CallOptions, Table } from '../../store/port.ts';
import type { Terms } from './bucket.ts';
import { divisionOf, partOf } from './division.ts';
import type { Gcra } from './gcra.ts';
import { sharedStanding, type Standing } from './standing.ts';

/** How many are read at once: whoever only watches must not be who asks most. */
const AT_ONCE = 16;

/** Each part has its share of the rate; one that nobody has asked yet goes on where the bucket ended. */
export async function readPartStandings(
  table: Table,
  gcra: Gcra,
  terms: Terms,
  name: BucketName,
  whole: BucketRecord,
  nowUs: number,
  options?: CallOptions,
): Promise<Standing[]> {
  const division = divisionOf(whole);
  const share = partOf(gcra, division.parts);
  const unasked = { tatUs: division.openedUs, baseUs: division.openedUs - gcra.capacityUs };
  const standings: Standing[] = [];
  for (let first = 0; first < division.parts; first += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, division.parts - first) }, async (_, i) => {
      const record = await readBucket(table, partName(name, division, first + i), options);
      return sharedStanding(share, record ?? unasked, nowUs, terms);
    });
    standings.push(...(await Promise.all(some)));
  }
  return standings;
}
