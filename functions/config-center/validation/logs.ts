// Checks the level of logs: one that is to end must not have ended.
import type { LogsRule } from '../../../middleware/kernel/rules/document.ts';
import type { Report } from './findings.ts';

export function checkLogs({ until }: LogsRule, nowMs: number, report: Report): void {
  if (until === undefined || Date.parse(until) > nowMs) return;
  report(['logs', 'until'], `${until} is past: the level would change nothing; leave logs out, or name a later time`);
}
