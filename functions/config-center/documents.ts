// Rule documents on their way in: validated, with what is probably not meant.
import type { RuleDocument } from '../../middleware/kernel/rules/document.ts';
import { pointerOf, unprocessable, type FieldError, type Problem } from '../api/index.ts';
import { validateDocument, type InForce } from './validate.ts';
import { futileLimits } from './validation/futile.ts';
import { lockedOut } from './validation/locked.ts';
import { isOwn, lockouts } from './validation/lockout.ts';
import { unlikely } from './validation/unlikely.ts';

/**
 * The document, if it may govern this service. `nowMs` is when it is to come in force; without it nothing is found too
 * late. `before` is what is in force. @throws {Problem} 422 with every error in it.
 */
export function validated(service: string, value: unknown, nowMs?: number, before?: InForce): RuleDocument {
  const validation = validateDocument(service, value, nowMs, before);
  if (validation.valid) return validation.document;
  throw invalidDocument(validation.errors);
}

/** 422 with these errors. */
export function invalidDocument(errors: readonly FieldError[]): Problem {
  const detail = `The rule document has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}.`;
  return unprocessable(detail, 'INVALID_DOCUMENT', errors);
}

/** What of a valid document is probably not meant, as members of an answer; without warnings, none. */
export function warningsOf(service: string, document: RuleDocument): { readonly warnings?: readonly FieldError[] } {
  // Of the control plane's own services more is said.
  const locked = isOwn(service) ? lockouts(service, document) : lockedOut(document);
  const findings = [...locked, ...futileLimits(document), ...unlikely(document)];
  const warnings = findings.map(({ place, reason }) => ({ path: pointerOf(place), reason }));
  return warnings.length > 0 ? { warnings } : {};
}
