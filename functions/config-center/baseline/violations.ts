// Which services' rules in force a baseline does not allow: page by page over the list of services, never by a scan.
import { UnreadableItem } from '../../../store/items/fields.ts';
import { readDocument, readState } from '../../../store/items/rules.ts';
import { listServices } from '../../../store/items/services.ts';
import type { Table } from '../../../store/port.ts';
import { pointerOf, sealCursor, type FieldError, type PageWanted } from '../../api/index.ts';
import { breachesOf } from './guardrails.ts';
import type { Baseline } from './schema.ts';

export interface Violation {
  readonly service: string;
  readonly revision: number;
  readonly errors: readonly FieldError[];
}

export interface Violations {
  readonly violations: readonly Violation[];
  /** How many services were looked at for this page. */
  readonly looked: number;
  /** Sealed; while there is one, other services have not been looked at. */
  readonly cursor?: string;
}

/** Services looked at by an answer that says more than this: each costs two reads. */
const FIRST = 100;
/** Reads on their way at once. */
const AT_ONCE = 20;
/** Breaches told of one service. */
const MOST_TOLD = 20;

const LIST = 'baseline-violations';

/** Those of the first hundred services; the cursor goes on at `GET /v1/baseline/violations`. */
export function firstViolations(table: Table, baseline: Baseline): Promise<Violations> {
  return violationsOf(table, baseline, { limit: FIRST });
}

/** What a request's cursor is of. */
export const violationsList = LIST;

/** Looks at `limit` services: a page may name fewer, or none, while there is a cursor. */
export async function violationsOf(table: Table, baseline: Baseline, page: PageWanted): Promise<Violations> {
  const { services, cursor } = await listServices(table, { ...page, consistent: true });
  const violations: Violation[] = [];
  for (let first = 0; first < services.length; first += AT_ONCE) {
    const some = services.slice(first, first + AT_ONCE);
    const found = await Promise.all(some.map(({ service }) => violationOf(table, baseline, service)));
    violations.push(...found.filter((one) => one !== undefined));
  }
  const next = cursor === undefined ? {} : { cursor: sealCursor(LIST, cursor) };
  return { violations, looked: services.length, ...next };
}

async function violationOf(table: Table, baseline: Baseline, service: string): Promise<Violation | undefined> {
  const { head, removed } = await readState(table, service);
  if (!head || removed) return undefined;
  const { revision } = head;
  try {
    const document = await readDocument(table, service, revision, 0);
    const errors = breachesOf(service, document, baseline)
      .slice(0, MOST_TOLD)
      .map(({ place, reason }) => ({ path: pointerOf(place), reason }));
    return errors.length > 0 ? { service, revision, errors } : undefined;
  } catch (error) {
    if (!(error instanceof UnreadableItem)) throw error;
    return { service, revision, errors: [{ path: '', reason: 'its rules cannot be read; publish them again' }] };
  }
}
