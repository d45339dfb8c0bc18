// What a document calls people and tells them: owners, tags and reasons are seen as they are written.
import type { RuleDocument } from '../../../middleware/kernel/rules/document.ts';
import { wrongWithName, wrongWithProse } from '../../api/index.ts';
import type { Place, Report } from './findings.ts';

type Wrong = (text: string) => string | undefined;

export function checkLegible({ owner, tags = {}, jobs = {}, alerts = {} }: RuleDocument, report: Report): void {
  const look = (place: Place, text: string | undefined, wrong: Wrong): void => {
    const reason = text === undefined ? undefined : wrong(text);
    if (reason !== undefined) report(place, reason);
  };
  look(['owner'], owner, wrongWithName);
  for (const [name, value] of Object.entries(tags)) look(['tags', name], value, wrongWithName);
  for (const [name, job] of Object.entries(jobs)) {
    look(['jobs', name, 'owner'], job.owner, wrongWithName);
    for (const [i, { reason }] of (job.pauses ?? []).entries()) {
      look(['jobs', name, 'pauses', i, 'reason'], reason, wrongWithProse);
    }
  }
  for (const [name, alert] of Object.entries(alerts)) {
    look(['alerts', name, 'owner'], alert.owner, wrongWithName);
    for (const [i, { reason }] of (alert.except ?? []).entries()) {
      look(['alerts', name, 'except', i, 'reason'], reason, wrongWithProse);
    }
  }
}
