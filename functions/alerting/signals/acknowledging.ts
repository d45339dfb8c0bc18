// What somebody has said at a job or a check itself: that they have seen what is wrong with it holds for its alert, too.
import { hashOfCondition } from '../../../store/alert-keys.ts';
import { readAcknowledgement, type Acknowledgement, type Subject } from '../../../store/items/acknowledgements.ts';
import { changeAlert, type Alert } from '../../../store/items/alerts.ts';
import { checkByUniqueKey } from '../../../store/items/checks.ts';
import type { Table } from '../../../store/port.ts';
import { acknowledged } from '../alert/acts.ts';
import type { Condition } from '../condition.ts';

/** Takes over into the alerts of jobs and checks that fire what was said of this very state of theirs. */
export async function acknowledgedAtSource(table: Table, found: readonly Condition[], nowMs: number): Promise<void> {
  for (const condition of found) {
    const said = condition.firing ? await saidOf(table, condition) : undefined;
    if (said === undefined || said.since !== condition.since || nowMs >= (said.until ?? Infinity)) continue;
    await changeAlert(table, hashOfCondition(condition.key), (alert) => {
      if (alert === undefined || isKnown(alert, said)) return undefined;
      const { by, at, until, reason } = said;
      const next = acknowledged(alert, { by, at, until, reason });
      return next && { alert: next };
    });
  }
}

async function saidOf(table: Table, { kind, key, service, name }: Condition): Promise<Acknowledgement | undefined> {
  const subject: Subject | undefined =
    kind === 'job' ? { service, job: name } : await checkByUniqueKey(table, key.slice(key.lastIndexOf('/') + 1));
  return subject && readAcknowledgement(table, subject);
}

/** It was taken over already, or somebody has said something since: that counts, also if it is that they take it back. */
const isKnown = ({ trail }: Alert, { at }: Acknowledgement): boolean =>
  trail.some(({ what, at: then }) => (what === 'acknowledged' || what === 'unacknowledged') && then >= at);
