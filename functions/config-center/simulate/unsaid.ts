// What a replay says nothing about, and why: what the record does not tell of a draft, whatever its rules. Pure.
import { diffDocuments } from '../../api/document-diff.ts';
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import type { FieldError } from '../../api/index.ts';
import type { Scene } from './throttles.ts';

/** What decides nothing about requests. */
const HARMLESS = new Set([
  'apiVersion',
  'service',
  'owner',
  'tags',
  'jobs',
  'telemetry',
  'logs',
  'slos',
  'alerts',
  'builtInAlerts',
]);
const REPLAYED = new Set(['throttles', 'concurrency', 'shedding']);

const REASONS: Readonly<Record<string, string>> = {
  access: 'what callers prove of themselves is not recorded: nobody knows whom it would have refused',
  faults: 'faults are drills: none is replayed',
  match: 'requests are recorded under the resources of the rules then in force',
  priority: 'how much was in use when requests came is not recorded',
  retry: 'what further attempts would have met is not recorded',
  hedge: 'what further attempts would have met is not recorded',
  attemptTimeout: 'attempts that were stopped had no other end',
};

export function unsaidOf({ record, current, draft, steady }: Scene): FieldError[] {
  const unsaid: FieldError[] = [];
  const say = (path: string, reason: string) => void unsaid.push({ path, reason });
  if (record.told === 0) say('', 'nothing was recorded in these minutes');
  if (!steady)
    say('', 'other rules were in force for a part of it: those in force now are replayed as well, not counted');
  if (record.unreadable > 0)
    say('', `${record.unreadable} items of the record cannot be read, so that there were more requests`);
  if (record.resources.has('other'))
    say('/resources', 'requests of the least busy resources are recorded together, as "other"');
  for (const { path, reason } of changesUnsaid(current, draft)) say(path, reason);
  if (record.told > 0)
    say(
      '',
      'whoever is refused may come again: those requests are not replayed, nor are those missing that came again',
    );
  return unsaid;
}

function changesUnsaid(current: RuleDocument, draft: RuleDocument): FieldError[] {
  return diffDocuments(current, draft).flatMap((change) => {
    const [, section = '', name] = change.path.split('/');
    if (HARMLESS.has(section) || REPLAYED.has(section)) return [];
    if (section === 'access' || section === 'faults') return [{ path: change.path, reason: REASONS[section] ?? '' }];
    if (name === undefined || change.change === 'renamed') return [];
    const fields =
      change.change === 'changed'
        ? change.fields.map(({ path }) => path.split('/')[3] ?? '')
        : Object.keys(Object(change.change === 'added' ? change.after : change.before) as object);
    const rest = [...new Set(fields)].filter((field) => field !== 'deadline' && field !== 'breaker');
    return rest.map((field) => ({
      path: `${change.path}/${field}`,
      reason: REASONS[field] ?? 'it is not replayed: what would have come of it is not recorded',
    }));
  });
}
