// What changed in the hour before something went wrong: published rules and deploys. The first thing that whoever is woken asks.
import { listRevisions } from '../../../store/items/rules.ts';
import { listNamespaces } from '../../../store/items/services.ts';
import type { Table } from '../../../store/port.ts';
import { FIVE_MINUTES, HOUR_MS } from '../../telemetry/series/span.ts';
import { readSums } from '../../telemetry/series/read.ts';
import { Reader } from '../../telemetry/series/reader.ts';
import { readSettled } from '../../telemetry/series/settled.ts';
import { SERVICE } from '../../telemetry/sums/subject.ts';
import { deploysIn, type SeenVersions } from './deploys.ts';

export interface Change {
  /** Epoch ms. */
  readonly at: number;
  readonly what: string;
}

/** More than so many fit on no phone. */
const MOST_CHANGES = 5;
const REVISIONS_READ = 5;
const MOST_NAMESPACES = 20;
/** Versions that were running before the hour are not new. */
const SEEN_BEFORE_MS = HOUR_MS;
/** Two hours of one service's sums are far less. */
const MOST_BYTES = 2 * 2 ** 20;
const LONGEST_NOTE = 80;

/** Those in the hour before `atMs`, the latest first; five at most. */
export async function changesBefore(table: Table, service: string, atMs: number): Promise<readonly Change[]> {
  const { entries } = await listNamespaces(table, service, { limit: MOST_NAMESPACES });
  const ids = [service, ...entries.map((entry) => entry.service)];
  const [deploys, ...published] = await Promise.all([
    deploysBefore(table, service, atMs),
    ...ids.map((id) => publishedBefore(table, id, atMs)),
  ]);
  return [...deploys, ...published.flat()].sort((a, b) => b.at - a.at).slice(0, MOST_CHANGES);
}

async function publishedBefore(table: Table, id: string, atMs: number): Promise<Change[]> {
  const { revisions } = await listRevisions(table, id, { limit: REVISIONS_READ });
  return revisions
    .filter(({ publishedAt }) => publishedAt > atMs - HOUR_MS && publishedAt <= atMs)
    .map(({ revision, author, note, publishedAt }) => {
      const of = id.includes('/') ? `configuration ${id.slice(id.indexOf('/') + 1)}` : 'rules';
      const said = note === '' ? '' : `: ${Array.from(note).slice(0, LONGEST_NOTE).join('')}`;
      return { at: publishedAt, what: `${of} revision ${revision} by ${author}${said}` };
    });
}

/** As the service's instances tell of themselves; nothing is said of one that has not reported before. */
async function deploysBefore(table: Table, service: string, atMs: number): Promise<Change[]> {
  const to = Math.ceil(atMs / FIVE_MINUTES.ms) * FIVE_MINUTES.ms;
  const from = to - HOUR_MS - SEEN_BEFORE_MS;
  const seen: SeenVersions[] = [];
  const settled = await readSettled(table, service, atMs);
  const reader = new Reader(table, service, MOST_BYTES);
  await readSums(
    reader,
    SERVICE,
    { resolution: FIVE_MINUTES, from, to, nowMs: atMs, settled },
    { add: (fromMs, { functions = {} }) => seen.push({ at: fromMs, functions: Object.keys(functions) }) },
  );
  return deploysIn(seen, to - HOUR_MS);
}
