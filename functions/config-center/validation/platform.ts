// Keeps what functions call away from what belongs to the platform alone: their credentials and their own runtime.
import { platformAt } from '../../../middleware/kernel/platform-address.ts';
import type { Place, Report } from './findings.ts';

const REASONS = {
  credentials: 'is a link-local address, where instances find their credentials; no rule may have functions call it',
  runtime: "is where Lambda's own runtime API is; no rule may have functions call it",
} as const;

export function checkPlatform(url: string, place: Place, report: Report): void {
  const belongs = platformAt(url);
  if (belongs) report(place, REASONS[belongs]);
}
