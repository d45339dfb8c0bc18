// The bound of three layers and of any number of them: attempts at the last dependency beside requests to the first layer.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualChain, type Layer } from '../../../../bench/chain/virtual.ts';
import { seededRandom } from '../../../../middleware/testing/random.ts';

/** Requests at even distances over a time, and what came of them. */
async function run(chain: VirtualChain, requests: number, everyMs: number): Promise<void> {
  const under: Promise<unknown>[] = [];
  for (let i = 0; i < requests; i++) {
    under.push(chain.request());
    await chain.pass(everyMs);
  }
  await chain.pass(60_000);
  await Promise.all(under);
}

describe('three layers over a dependency that is down', () => {
  it.each(['invoke', 'http'] as const)(
    'by %s make at most 1.2 attempts a request, and one more an instance, over a minute',
    async (by) => {
      const layer: Layer = { instances: 3, by, retry: { attempts: 3 } };
      const chain = await VirtualChain.of({
        layers: [layer, layer, { ...layer, by: 'http' }],
        random: seededRandom(7),
        fails: () => true,
      });
      await run(chain, 600, 100);
      expect(chain.reached).toBeLessThanOrEqual(1.2 * 600 + 9);
      expect(chain.reached).toBeGreaterThan(600);
    },
  );

  it('each with hedges too stay within it: a hedge takes from the same budget', async () => {
    const layer: Layer = {
      instances: 2,
      by: 'invoke',
      retry: { attempts: 3 },
      hedge: { after: '20ms', most: '10%' },
    };
    const random = seededRandom(3);
    const chain = await VirtualChain.of({
      layers: [layer, layer, { ...layer, by: 'http' }],
      random,
      fails: () => random() < 0.7,
      takesMs: () => (random() < 0.5 ? 5 : 80),
    });
    await run(chain, 500, 40);
    expect(chain.reached).toBeLessThanOrEqual(1.2 * 500 + 6);
    expect(chain.reached).toBeGreaterThan(500);
  });
});

describe('any layers, whatever fails', () => {
  const aLayer = fc.record({
    instances: fc.integer({ min: 1, max: 4 }),
    by: fc.constantFrom<Layer['by'][]>('invoke', 'http'),
    retry: fc.record({
      attempts: fc.integer({ min: 1, max: 10 }),
      when: fc.constant<Layer['retry']['when']>(['connect', 'timeout', 'throttled', 'error', '5xx']),
      budget: fc.constantFrom('1%', '6%', '10%', '30%'),
      backoff: fc.constantFrom<Layer['retry']['backoff'][]>(
        { initial: '1ms', max: '5ms' },
        { initial: '100ms' },
        { initial: '3s' },
      ),
    }),
    hedge: fc.option(fc.constant({ after: '15ms', most: '10%' }), { nil: undefined }),
  });
  const shareOf = ({ retry: { budget = '6%' } }: Layer) => Number.parseInt(budget, 10) / 100;

  it('multiply by no more than one plus the share of each, and one more an instance of each', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(aLayer, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom(1, 40, 400, 1_000),
        // How bad it is, in turns of so many ms.
        fc.array(fc.constantFrom(0, 0.1, 0.5, 1), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 50, max: 5_000 }),
        fc.nat(),
        async (given, requests, everyMs, patterns, turnMs, seed) => {
          const layers = given.map((each): Layer => {
            const { hedge, ...rest } = each;
            return hedge ? { ...rest, hedge } : rest;
          });
          const random = seededRandom(seed);
          const chain = await VirtualChain.of({
            layers,
            random,
            fails: (atMs) => random() < (patterns[Math.floor(atMs / turnMs) % patterns.length] ?? 0),
            takesMs: () => 1 + random() * 40,
          });
          await run(chain, requests, everyMs);
          // Layer by layer: what leaves one is what came to it, its share of that, and one an instance.
          let most = requests;
          for (const [depth, layer] of layers.entries()) {
            expect(chain.asked[depth]).toBeLessThanOrEqual(most + 1e-6);
            most = most * (1 + shareOf(layer)) + layer.instances;
          }
          expect(chain.reached).toBeLessThanOrEqual(most + 1e-6);
          expect(chain.reached).toBeGreaterThanOrEqual(requests);
        },
      ),
      { numRuns: 60 },
    );
  });
});

it('retry budgets with a time floor give most to those with few requests: ours gives them their share, and one', async () => {
  const layer: Layer = { instances: 1, by: 'http', retry: { attempts: 3 } };
  const chain = await VirtualChain.of({ layers: [layer, layer, layer], random: seededRandom(1), fails: () => true });
  // One request a second for a minute: a floor of one retry a second a layer would make 9 of each.
  await run(chain, 60, 1_000);
  expect(chain.reached).toBeLessThanOrEqual(1.2 * 60 + 3);
});

it('10 % a layer over three layers is 1.33 times: unless told otherwise a layer makes so few more that three make 1.2', async () => {
  const chain = await VirtualChain.of({
    layers: [{ instances: 1, by: 'http', retry: { attempts: 3 } }],
    random: seededRandom(2),
    fails: () => true,
  });
  await run(chain, 500, 100);
  const more = (chain.reached - 1) / 500;
  expect(more).toBeGreaterThan(1.05);
  expect(more ** 3).toBeLessThanOrEqual(1.2);
});
