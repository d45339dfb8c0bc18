// Which copy of a document an instance reads, and how: any replica's when it is the publisher's that the head names.
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Instance } from '../../../middleware/kernel/instance.ts';
import { POLL_MS } from '../../../middleware/kernel/rules/live.ts';
import { StoreUnavailable, type Item } from '../../../store/port.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { noTable, silentLogger } from '../../support/instance.ts';

const packed = (limit: string) =>
  gzipSync(JSON.stringify({ apiVersion: 'flyball/v1', service: 'orders', throttles: { everyone: { limit } } }));

interface Read {
  readonly what: string;
  readonly consistent: boolean;
}

/** A table whose replicas may be behind, and an instance that draws these numbers. */
function setUp(head: Item, copy: (read: Read) => Item | undefined, draws: readonly number[] = [0.5]) {
  const reads: Read[] = [];
  const clock = fakeClock();
  let drawn = 0;
  const instance = new Instance({
    ...{ service: 'orders', id: 'a', functionName: 'orders', functionVersion: '1', clock, logger: silentLogger },
    random: () => draws[drawn++ % draws.length] ?? 0,
    table: {
      ...noTable,
      get({ pk, sk }, { consistent = false } = {}) {
        const read = { what: sk === 'head' ? sk : (pk.split('#').at(-1) ?? ''), consistent };
        reads.push(read);
        return Promise.resolve().then(() => (sk === 'head' ? head : copy(read)));
      },
    },
  });
  const { rules } = instance;
  const poll = () => instance.syncs.start('rules', (signal) => rules.run(clock.now(), signal));
  const copies = () => reads.filter(({ what }) => what !== 'head');
  return { instance, clock, poll, copies, limit: () => rules.snapshot.document.throttles?.['everyone']?.limit };
}

const head = (fence?: number): Item => ({ pk: 'x', sk: 'head', v: 1, seq: 2, revision: 2, publishedAt: 1, fence });
const copyOf = (limit: string, fence: number): Item => ({ pk: 'x', sk: 'copy', v: 1, fence, document: packed(limit) });

describe('the copies of a document', () => {
  it('are read from any replica when it has what the publisher of the head wrote', async () => {
    const { poll, copies, limit } = setUp(head(7), () => copyOf('2/s', 7));
    await poll();
    expect(limit()).toBe('2/s');
    expect(copies()).toEqual([{ what: '8', consistent: false }]);
  });

  it.each([
    ['what a publisher that lost its race wrote before', copyOf('1/s', 6)],
    ['nothing yet', undefined],
  ])('are read again, consistently, when a replica has %s', async (_what, behind) => {
    const { poll, copies, limit } = setUp(head(7), ({ consistent }) => (consistent ? copyOf('2/s', 7) : behind));
    await poll();
    expect(limit()).toBe('2/s');
    expect(copies().map(({ consistent }) => consistent)).toEqual([false, true]);
  });

  it('are what the table holds for certain also when somebody has begun to publish since', async () => {
    const { poll, copies, limit } = setUp(head(8), () => copyOf('2/s', 7));
    await poll();
    expect(limit()).toBe('2/s');
    expect(copies().map(({ consistent }) => consistent)).toEqual([false, true]);
  });

  it('are read consistently under a head that names no publisher', async () => {
    const { poll, copies, limit } = setUp(head(), () => copyOf('2/s', 7));
    await poll();
    expect(limit()).toBe('2/s');
    expect(copies().map(({ consistent }) => consistent)).toEqual([true]);
  });

  it.each([
    ['its partition has no room', new StoreUnavailable('throttled', 'too many')],
    ['it is damaged', undefined],
  ])('stand in for one another: when %s another is read at once', async (_what, error) => {
    const copy = ({ what }: Read) => {
      if (what === '3') return copyOf('2/s', 7);
      if (error) throw error;
      return { ...copyOf('2/s', 7), document: new Uint8Array([1, 2, 3]) };
    };
    const { poll, copies, limit } = setUp(head(7), copy, [0.5, 0.9, 0.2]);
    await poll();
    expect(limit()).toBe('2/s');
    expect(copies().map(({ what }) => what)).toEqual(['14', '3']);
  });

  it('are asked for again within two seconds, not after a whole round, when the table had no room', async () => {
    const { instance, clock, poll } = setUp(head(7), () => {
      throw new StoreUnavailable('throttled', 'too many');
    });
    await poll();
    clock.advance(POLL_MS / 2);
    expect(instance.rules.due(clock.now())).toBe(true);
  });

  it('are not hurried for when the store is away', async () => {
    const { instance, clock, poll } = setUp(head(7), () => {
      throw new StoreUnavailable('connect', 'away');
    });
    await poll();
    clock.advance(POLL_MS / 2);
    expect(instance.rules.due(clock.now())).toBe(false);
  });
});
