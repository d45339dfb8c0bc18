// Faults of flyball's own store: away, slow, refusing. What works without it is worth a test.
import { StoreRejected, StoreUnavailable, type CallOptions, type Key, type Table } from '../../store/port.ts';
import { storeLimitMs } from '../kernel/patience.ts';
import { parseDuration } from '../kernel/units.ts';
import type { FakeClock } from './clock.ts';

export interface StoreRequest {
  readonly kind: 'get' | 'put' | 'update' | 'delete' | 'query';
  readonly pk: string;
  /** Epoch ms. */
  readonly at: number;
}

export interface TestStore {
  /** From now on nothing listens. */
  down(): void;
  /** From now on every answer takes this long, e.g. `300ms`; a write whose answer comes too late has been applied. */
  slow(by: string): void;
  /** From now on it refuses every call as not allowed, or with another of DynamoDB's error types. */
  rejects(type?: string): void;
  /** All is well again. flyball finds out by itself, after its own back-off. */
  up(): void;
  /** What flyball has asked of it, oldest first. */
  readonly requests: readonly StoreRequest[];
}

type State =
  | { readonly kind: 'up' }
  | { readonly kind: 'down' }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'rejecting'; readonly type: string };

/** As the data plane's own adapter has it. */
const LIMIT_MS = storeLimitMs(100);

export class StoreFaults implements TestStore {
  readonly requests: StoreRequest[] = [];
  readonly #clock: FakeClock;
  #state: State = { kind: 'up' };

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  get isUp(): boolean {
    return this.#state.kind === 'up';
  }

  up(): void {
    this.#state = { kind: 'up' };
  }

  down(): void {
    this.#state = { kind: 'down' };
  }

  slow(by: string): void {
    this.#state = { kind: 'slow', ms: parseDuration(by) };
  }

  rejects(type = 'AccessDeniedException'): void {
    this.#state = { kind: 'rejecting', type };
  }

  /** The table as flyball meets it. */
  over(table: Table): Table {
    return {
      get: (key, options = {}) => this.#answer('get', key, options, () => table.get(key, options)),
      put: (request) => this.#answer('put', request.item, request, () => table.put(request)),
      update: (request) => this.#answer('update', request.key, request, () => table.update(request)),
      delete: (request) => this.#answer('delete', request.key, request, () => table.delete(request)),
      query: (request) => this.#answer('query', request, request, () => table.query(request)),
    };
  }

  async #answer<T>(
    kind: StoreRequest['kind'],
    { pk }: Pick<Key, 'pk'>,
    options: CallOptions,
    ask: () => Promise<T>,
  ): Promise<T> {
    const state = this.#state;
    this.requests.push({ kind, pk, at: this.#clock.now() });
    switch (state.kind) {
      case 'up':
        return ask();
      case 'down':
        throw new StoreUnavailable('connect', 'the store is down in this test');
      case 'rejecting':
        throw new StoreRejected(state.type, 'the store rejects every call in this test');
      case 'slow': {
        const answer = await ask();
        await this.#late(state.ms, options);
        return answer;
      }
    }
  }

  #late(ms: number, { timeoutMs = LIMIT_MS, signal }: CallOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        cancel();
        signal?.removeEventListener('abort', onAbort);
        settle();
      };
      const cancel =
        ms < timeoutMs
          ? this.#clock.after(ms, () => end(resolve))
          : this.#clock.after(timeoutMs, () =>
              end(() => reject(new StoreUnavailable('timeout', `the store takes ${ms} ms in this test`))),
            );
      const onAbort = () => end(() => reject(new StoreUnavailable('aborted', 'the caller has gone')));
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}
