// Warns of keys that look like secrets: whoever may read a namespace reads all of it, and so does its history.
import { pointerOf, type FieldError } from '../../api/index.ts';
import type { Values } from './properties.ts';

const MOST_NAMED = 20;

/** The last word or two of a key, however its words are joined. */
const SECRET =
  /(^|[._-])(password|passwd|pwd|passphrase|secret|token|credentials?|(api|access|private|secret|signing|encryption)[._-]?key)(\[\d+\])?$/;

/** A reference to where the secret is, and no secret. */
const REFERENCE = /^(arn:|\$\{|\{\{|ssm:|secretsmanager:|\/[\w/.-]+$)/;
/** What begins like this is a key of somebody's, whatever it is called. */
const KNOWN = /^(AKIA[0-9A-Z]{16}$|-----BEGIN [A-Z ]*PRIVATE KEY-----|gh[pousr]_[A-Za-z0-9]{20}|xox[abprs]-)/;

/** One warning a key, at most twenty. */
export function secretsIn(values: Values): FieldError[] {
  return Object.entries(values)
    .filter(([key, value]) => KNOWN.test(value) || (isSecretName(key) && value !== '' && !REFERENCE.test(value)))
    .slice(0, MOST_NAMED)
    .map(([key]) => ({
      path: pointerOf([key]),
      reason:
        'looks like a secret, which every reader of the namespace and of its history sees: keep it in SSM (SecureString) or ' +
        'Secrets Manager, and its name or ARN here',
    }));
}

function isSecretName(key: string): boolean {
  return SECRET.test(key.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase());
}
