// Keeps Powertools' idempotency records in flyball's table, under the service of the current invocation.
import { randomUUID } from 'node:crypto';
import { IdempotencyItemAlreadyExistsError, IdempotencyItemNotFoundError } from '@aws-lambda-powertools/idempotency';
import { BasePersistenceLayer, IdempotencyRecord } from '@aws-lambda-powertools/idempotency/persistence';
import { claimWork, completeWork, readWork, releaseWork, type WorkRecord } from '../../store/items/idempotency.ts';
import { systemClock } from '../kernel/clock.ts';
import { current } from '../kernel/current.ts';
import { Misused } from '../kernel/errors.ts';
import type { Invocation } from '../kernel/invocation.ts';
import { storeLimitMs } from '../kernel/patience.ts';
import { InProgressElsewhere } from './in-progress.ts';

/** Whether work is done twice hangs on the answer: it may take longer than that of a throttle, ms. */
const STORE_LIMIT_MS = storeLimitMs(500);
/** For an invocation that does not say what it has left. */
const UNKNOWN_REMAINING_MS = 900_000;

type Data = Parameters<BasePersistenceLayer['saveInProgress']>[0];
type Options = ConstructorParameters<typeof IdempotencyRecord>[0];
type Response = NonNullable<Options['responseData']>;

/**
 * A persistence layer for `makeIdempotent` and `makeHandlerIdempotent` of Powertools within a governed function. Work in
 * progress elsewhere is an error that says when a queue's record may come again. Time is the machine's, as Powertools'.
 */
export class FlyballPersistenceLayer extends BasePersistenceLayer {
  /**
   * What is being done here, by the invocation that does it and by key: only whoever claimed it may say how it ended.
   * Another invocation may have begun the same since, once the first one's time was over.
   */
  readonly #claims = new WeakMap<Invocation, Map<string, string>>();

  override async saveInProgress(data: Data, remainingTimeInMillis?: number): Promise<void> {
    const remainingMs = remainingTimeInMillis || invocationNow().context.getRemainingTimeInMillis?.();
    await super.saveInProgress(data, remainingMs || UNKNOWN_REMAINING_MS);
  }

  override processExistingRecord(stored: IdempotencyRecord, data: Data | IdempotencyRecord): IdempotencyRecord {
    const record = super.processExistingRecord(stored, data);
    if (record.getStatus() === 'INPROGRESS') {
      const leftMs = (record.inProgressExpiryTimestamp ?? 0) - systemClock.now();
      throw new InProgressElsewhere(record.idempotencyKey, leftMs);
    }
    return record;
  }

  protected override async _putRecord(record: IdempotencyRecord): Promise<void> {
    const { idempotencyKey, expiryTimestamp, inProgressExpiryTimestamp, payloadHash } = record;
    const nowMs = systemClock.now();
    const token = randomUUID();
    const claim = {
      token,
      expiresAtS: expiryTimestamp ?? Math.round(nowMs / 1000) + this.expiresAfterSeconds,
      inProgressUntilMs: inProgressExpiryTimestamp ?? nowMs + UNKNOWN_REMAINING_MS,
      payloadHash: payloadHash || undefined,
    };
    const { table, name, options, invocation } = placeOf(idempotencyKey);
    const result = await claimWork(table, name, claim, nowMs, options);
    if (!result.claimed) {
      const existing = result.record && recordOf(idempotencyKey, result.record);
      throw new IdempotencyItemAlreadyExistsError(`there is a record of ${idempotencyKey}`, existing);
    }
    let claims = this.#claims.get(invocation);
    if (!claims) this.#claims.set(invocation, (claims = new Map<string, string>()));
    claims.set(idempotencyKey, token);
  }

  protected override async _getRecord(idempotencyKey: string): Promise<IdempotencyRecord> {
    const { table, name, options } = placeOf(idempotencyKey);
    const work = await readWork(table, name, options);
    if (!work) throw new IdempotencyItemNotFoundError(`there is no record of ${idempotencyKey}`);
    return recordOf(idempotencyKey, work);
  }

  protected override async _updateRecord({
    idempotencyKey,
    expiryTimestamp,
    responseData,
  }: IdempotencyRecord): Promise<void> {
    const { table, name, options, invocation } = placeOf(idempotencyKey);
    const expiresAtS = expiryTimestamp ?? Math.round(systemClock.now() / 1000) + this.expiresAfterSeconds;
    const data = responseData === undefined ? undefined : JSON.stringify(responseData);
    const kept = await completeWork(
      table,
      name,
      this.#takeClaim(invocation, idempotencyKey),
      { expiresAtS, data },
      options,
    );
    // Its time had passed, and somebody else has begun: theirs is the record now, and ours is done all the same.
    if (!kept) invocation.instance.recorder.internal('idempotency:overtaken');
  }

  protected override async _deleteRecord({ idempotencyKey }: IdempotencyRecord): Promise<void> {
    const { table, name, options, invocation } = placeOf(idempotencyKey);
    await releaseWork(table, name, this.#takeClaim(invocation, idempotencyKey), systemClock.now(), options);
  }

  #takeClaim(invocation: Invocation, idempotencyKey: string): string {
    const claims = this.#claims.get(invocation);
    const token = claims?.get(idempotencyKey) ?? '';
    claims?.delete(idempotencyKey);
    return token;
  }
}

/** @throws {Misused} outside of a governed invocation, whose service and table these are. */
function invocationNow(): Invocation {
  const invocation = current();
  if (invocation) return invocation;
  throw new Misused('idempotency records are kept within a governed invocation: govern the function first');
}

function placeOf(key: string) {
  const invocation = invocationNow();
  const { table, service } = invocation.instance;
  const leftMs = invocation.context.getRemainingTimeInMillis?.() ?? Infinity;
  const options = { timeoutMs: Math.max(1, Math.min(STORE_LIMIT_MS, leftMs)) };
  return { invocation, table, name: { service, key }, options };
}

function recordOf(idempotencyKey: string, work: WorkRecord): IdempotencyRecord {
  const { status, expiresAtS, inProgressUntilMs, data, payloadHash } = work;
  return new IdempotencyRecord({
    idempotencyKey,
    status: status === 'RELEASED' ? 'EXPIRED' : status,
    expiryTimestamp: expiresAtS,
    ...(inProgressUntilMs === undefined ? {} : { inProgressExpiryTimestamp: inProgressUntilMs }),
    ...(data === undefined ? {} : { responseData: JSON.parse(data) as Response }),
    ...(payloadHash === undefined ? {} : { payloadHash }),
  });
}
