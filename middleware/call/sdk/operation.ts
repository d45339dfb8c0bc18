// Which operation of an AWS service a command is, and whether it may be repeated.
import type { Operation, OperationTable } from '../operation.ts';
import type { Args } from './stack.ts';

/** AWS names what changes nothing by these words. */
const READ = /^(?:BatchGet|TransactGet|Describe|Get|Head|List|Lookup|Query|Scan|Search|Select)(?![a-z])/;
/** But for this one, which hands out a task. */
const NO_READS = new Set(['GetActivityTask']);

/** By one of these the service can tell a repetition. */
const KEYS = [
  'ClientRequestToken',
  'clientRequestToken',
  'ClientToken',
  'clientToken',
  'IdempotencyToken',
  'idempotencyToken',
  'MessageDeduplicationId',
];

/** `GetItemCommand` is `GetItem`. */
export function operationName(commandName: string | undefined): string {
  return (commandName ?? '').replace(/Command$/, '');
}

/** The rules have the last word, then whoever made the plugin; else reads may be repeated, and what carries a token. */
export function sdkOperation(
  name: string,
  args: Args,
  declared: OperationTable,
  idempotent: ReadonlySet<string>,
): Operation {
  const hasKey = isKeyed(args.input);
  const found = declared({ method: name.toUpperCase(), hasKey });
  if (isStream(args.request)) return { name: found.name ?? name, idempotency: 'once' };
  if (found.name !== undefined) return found;
  if (idempotent.has(name) || (READ.test(name) && !NO_READS.has(name))) return { name, idempotency: 'safe' };
  return { name, idempotency: found.idempotency };
}

function isKeyed(input: unknown): boolean {
  if (typeof input !== 'object' || input === null) return false;
  return KEYS.some((key) => {
    const value = (input as Record<string, unknown>)[key];
    return typeof value === 'string' && value !== '';
  });
}

/** A body that is gone once it has been read: Node's streams and the web's. */
function isStream(request: unknown): boolean {
  const body = typeof request === 'object' && request !== null && 'body' in request ? request.body : undefined;
  if (typeof body !== 'object' || body === null) return false;
  return body instanceof ReadableStream || ('pipe' in body && typeof body.pipe === 'function');
}
