// Does a record's work once, however often the record is delivered.
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { current } from '../kernel/current.ts';
import { Misused } from '../kernel/errors.ts';
import { errorFields } from '../kernel/logger.ts';
import { requireKnown } from '../kernel/options.ts';
import { parseDuration } from '../kernel/units.ts';
import { StoreRejected, StoreUnavailable } from '../../store/port.ts';
import { GuardUnavailable } from './in-progress.ts';
import { FlyballPersistenceLayer } from './persistence-layer.ts';

export interface IdempotentOptions {
  /** What is done: together with the key it names the record that it has been. The same work in two functions has one name. */
  readonly name: string;
  /** Where what it is done for is found in the record, as JMESPath; `messageId` unless given. */
  readonly key?: string;
  /** What must be the same each time, as JMESPath: a record with the same key and another payload is an error. */
  readonly payload?: string;
  /** For how long it is remembered that it was done; `1d` unless given. */
  readonly expiresAfter?: string;
  /** While the table does not answer the record waits in its queue, or its work is done all the same. */
  readonly whenStoreFails?: 'defer' | 'run';
}

const OPTIONS: Readonly<Record<keyof IdempotentOptions, true>> = {
  name: true,
  key: true,
  payload: true,
  expiresAfter: true,
  whenStoreFails: true,
};

/** How the work itself ended, whatever became of the record of it. */
type End<Result> =
  { readonly kind: 'done'; readonly result: Result } | { readonly kind: 'failed'; readonly error: unknown };

/**
 * `work` as a function that does it once for each record: what has been done gives what came of it then, as JSON gives it
 * back; what is in progress elsewhere, or cannot be looked up, throws an error that sends the record back for a while.
 * @throws {Misused} when the options cannot be meant.
 */
export function idempotent<Record, Result>(
  options: IdempotentOptions,
  work: (record: Record) => Promise<Result> | Result,
): (record: Record) => Promise<Result> {
  requireKnown(options, Object.keys(OPTIONS));
  const { name, key = 'messageId', payload, expiresAfter = '1d', whenStoreFails = 'defer' } = options;
  if (!/^[\w.-]{1,64}$/.test(name)) {
    throw new Misused(`name: ${JSON.stringify(name)} names no work; give 1 to 64 letters, digits and . _ -`);
  }
  const persistenceStore = new FlyballPersistenceLayer();
  const config = new IdempotencyConfig({
    eventKeyJmesPath: key,
    ...(payload === undefined ? {} : { payloadValidationJmesPath: payload }),
    throwOnNoIdempotencyKey: true,
    expiresAfterSeconds: Math.ceil(parseDuration(expiresAfter) / 1000),
    hashFunction: 'sha256',
  });

  return async function once(record) {
    let end: End<Result> | undefined;
    const noted = async (given: Record): Promise<Result> => {
      try {
        const result = await work(given);
        end = { kind: 'done', result };
        return result;
      } catch (error) {
        end = { kind: 'failed', error };
        throw error;
      }
    };
    try {
      return await makeIdempotent(noted, { persistenceStore, config, keyPrefix: name })(record);
    } catch (error) {
      return afterError(error, end, name, () => (whenStoreFails === 'run' ? noted(record) : undefined));
    }
  };
}

/** An error that is not the work's own: of the claim before it, or of what was to be noted behind it. */
async function afterError<Result>(
  error: unknown,
  end: End<Result> | undefined,
  name: string,
  unguarded: () => Promise<Result> | undefined,
): Promise<Result> {
  if (end?.kind === 'failed') throw end.error;
  const { logger, recorder } = current()?.instance ?? {};
  const cause = error instanceof Error && error.name === 'IdempotencyPersistenceLayerError' ? error.cause : error;
  if (end?.kind === 'done') {
    // The record is as good as done; only if it were delivered once more would it be done again.
    recorder?.internal('idempotency:not-noted');
    logger?.warn('flyball could not note that work was done', { work: name, ...errorFields(cause) });
    return end.result;
  }
  if (!(cause instanceof StoreUnavailable || cause instanceof StoreRejected)) throw cause;
  recorder?.internal('idempotency:store-failed');
  const running = unguarded();
  if (running) return running;
  throw new GuardUnavailable(`nobody can say whether "${name}" has been done: ${cause.message}`, { cause });
}
