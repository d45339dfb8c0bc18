// Checks the address of a runbook: everybody who may look at alerts reads it, and so do the channels that are told.
import type { Place, Report } from './findings.ts';

export function checkRunbook(runbook: string | undefined, place: Place, report: Report): void {
  if (runbook === undefined || !URL.canParse(runbook)) return;
  const { username, password } = new URL(runbook);
  if (username !== '' || password !== '') {
    report(place, 'has a name or a password before the host, which everybody told would read; leave them out');
  }
}
