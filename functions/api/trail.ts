// Leaves an audit entry for every write: who, what, when, why.
import { appendAudit, type AuditEntry } from '../../store/items/audit.ts';
import { errorFields, type Logger } from '../../middleware/kernel/logger.ts';
import type { Table } from '../../store/port.ts';
import { Problem } from './problem.ts';
import type { ApiRequest } from './request.ts';

/** What a trail is left with. */
export interface TrailParts {
  readonly table: Table;
  readonly logger: Logger;
  readonly newId: () => string;
}

export type Deed = Pick<AuditEntry, 'action' | 'service' | 'target' | 'detail' | 'note'>;

/**
 * Records what a request has just done. Should that fail, the entry goes to the log in full and the caller is told that
 * the change stands: an audit trail with a silent hole would be worse than a failed request.
 * @throws {Problem} 503
 */
export async function record(parts: TrailParts, request: ApiRequest, deed: Deed): Promise<void> {
  const { name: actor, identity } = request.caller;
  const entry: AuditEntry = { at: request.at, id: parts.newId(), actor, identity, ...deed };
  try {
    await appendAudit(parts.table, entry);
    // A second copy where this function may add and nothing else: its role could overwrite the first.
    parts.logger.info('audited', { entry });
  } catch (error) {
    parts.logger.error('an audit entry could not be written', { entry, ...errorFields(error) });
    throw new Problem(503, 'The change was made, but the audit log does not answer; the entry is in the log instead.', {
      code: 'AUDIT_UNAVAILABLE',
      more: { applied: true },
    });
  }
}
