// Approvals of drafts: that somebody has said yes to a draft exactly as it stands: to one writing of one text.
import { keys } from '../keys.ts';
import type { Item, Table } from '../port.ts';
import { fieldsOf, ITEM_VERSION } from './fields.ts';
import type { Draft } from './rules-draft.ts';

export interface Approval {
  /** The approver's name, as the audit log has it. */
  readonly by: string;
  /** Who that is whatever they are called; approvals of flyball before 0.3.0 have none. */
  readonly identity?: string;
  /** ms since the epoch. */
  readonly at: number;
  readonly note?: string;
}

const DAY_MS = 86_400_000;
/** What nobody has published for so long is to be looked at again. */
export const APPROVAL_MS = 30 * DAY_MS;
/** More approvals of one draft than anybody asks for. */
const MOST = 100;

type Approved = Pick<Draft, 'etag' | 'writing'>;

/** Approves a draft; approving it again renews the approval. */
export async function approveDraft(
  table: Table,
  service: string,
  draft: Approved,
  { by, identity, at, note }: Approval,
): Promise<void> {
  await table.put({
    item: {
      ...keys.approval(service, nameOf(draft), hashOf(identity ?? by)),
      v: ITEM_VERSION,
      by,
      identity,
      at,
      note,
      expiration: Math.ceil((at + APPROVAL_MS) / 1000),
    },
  });
}

/** Who has approved this draft, within the time that an approval holds. */
export async function approvalsOf(table: Table, service: string, draft: Approved, nowMs: number): Promise<Approval[]> {
  const { pk, sk } = keys.approval(service, nameOf(draft), '');
  const { items } = await table.query({ pk, sk: { beginsWith: sk }, limit: MOST, consistent: true });
  return items.map(approvalOf).filter(({ at }) => nowMs - at < APPROVAL_MS);
}

function approvalOf(item: Item): Approval {
  const { text, number, optionalText } = fieldsOf(item);
  const [identity, note] = [optionalText('identity'), optionalText('note')];
  return {
    by: text('by'),
    ...(identity === undefined ? {} : { identity }),
    at: number('at'),
    ...(note === undefined ? {} : { note }),
  };
}

/** The same text written again is looked at again: what was wrong with it is no better for having been approved once. */
function nameOf({ etag, writing }: Approved): string {
  return writing === undefined ? etag : `${etag}.${writing}`;
}

function hashOf(name: string): string {
  return process.getBuiltinModule('node:crypto').hash('sha256', name).slice(0, 32);
}
