// The secrets of channels, read from where the routing document says that they are kept, and held for a few minutes.
import type { Clock } from '../../../middleware/kernel/clock.ts';
import { Failed, type Failure } from './failures.ts';
import { codeOf, LIMIT_MS } from './post.ts';

/** Reads what a reference names. @throws {Failed} */
export type ReadSecret = (reference: string, signal: AbortSignal) => Promise<string>;

export interface Secrets {
  /** As it was within the last five minutes; older while it cannot be read anew. */
  read(reference: string, signal: AbortSignal): Promise<string>;
  /** As it is now: what was read before was refused. */
  readAgain(reference: string, signal: AbortSignal): Promise<string>;
}

const HELD_MS = 5 * 60_000;

export function heldSecrets(readSecret: ReadSecret, clock: Clock): Secrets {
  const held = new Map<string, { readonly value: string; readonly atMs: number }>();
  const readAgain = async (reference: string, signal: AbortSignal) => {
    const value = (await readSecret(reference, signal)).trim();
    if (value === '') throw new Failed({ why: `${reference} is empty`, retryable: false });
    held.set(reference, { value, atMs: clock.now() });
    return value;
  };
  return {
    readAgain,
    async read(reference, signal) {
      const before = held.get(reference);
      if (before && clock.now() - before.atMs < HELD_MS) return before.value;
      try {
        return await readAgain(reference, signal);
      } catch (error) {
        if (before && error instanceof Failed && error.failure.retryable) return before.value;
        throw error;
      }
    },
  };
}

/** From Systems Manager and Secrets Manager, each loaded when the first secret is read from it. */
export function awsSecrets(clock: Clock): ReadSecret {
  return async (reference, signal) => {
    const [, store, name = '', field] = /^(ssm|secretsmanager):([^#]+)(?:#(.+))?$/.exec(reference) ?? [];
    try {
      if (store === 'ssm') {
        const { readParameter } = await import('../../../store/adapters/parameter.ts');
        return await readParameter(name, clock, signal, process.env, LIMIT_MS);
      }
      const secret = await secretValue(name, signal);
      return field === undefined ? secret : fieldOf(secret, field, reference);
    } catch (error) {
      throw error instanceof Failed ? error : new Failed(unread(reference, error));
    }
  };
}

async function secretValue(name: string, abortSignal: AbortSignal): Promise<string> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient({ maxAttempts: 1 });
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }), { abortSignal });
    return SecretString ?? '';
  } finally {
    client.destroy();
  }
}

function fieldOf(secret: string, field: string, reference: string): string {
  let value: unknown;
  try {
    value = (JSON.parse(secret) as Readonly<Record<string, unknown>> | null)?.[field];
  } catch {
    value = undefined;
  }
  if (typeof value === 'string') return value;
  throw new Failed({ why: `${reference}: the secret is no JSON object with a text of that name`, retryable: false });
}

/** Which of these errors another try may not meet; `StoreRejected` is what Systems Manager refuses. */
const LASTING =
  /^(StoreRejected|AccessDenied|ResourceNotFound|InvalidRequest|InvalidParameter|DecryptionFailure|Validation)/;

function unread(reference: string, error: unknown): Failure {
  const type = error instanceof Error && 'type' in error && typeof error.type === 'string' ? error.type : undefined;
  const retryable = !LASTING.test(error instanceof Error ? error.name : '');
  const todo = retryable ? '' : '; is it there, and may the role of this function read it?';
  return { why: `${reference} could not be read (${type ?? nameOf(error)})${todo}`, retryable };
}

/** What says most of it: of what AWS refuses its name, of the network's errors their code. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error) || error.name === 'Error') return codeOf(error);
  return error.name === 'StoreUnavailable' ? 'no answer' : error.name;
}
