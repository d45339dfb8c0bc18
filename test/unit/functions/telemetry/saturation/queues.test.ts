// Which queues are a service's.
import { describe, expect, it } from 'vitest';
import { queuesOf } from '../../../../../functions/telemetry/saturation/queues.ts';
import type { ResourceRule } from '../../../../../middleware/kernel/rules/document.ts';

const document = (resources: Record<string, ResourceRule>) => ({
  apiVersion: 'flyball/v1' as const,
  service: 'orders',
  resources,
});

describe('the queues of a service', () => {
  it.each([
    ['those that have invoked it', {}, ['queue:b', 'queue:a', 'http', 'bucket:c'], ['a', 'b']],
    ['those that its rules name', { r: { match: { trigger: 'queue', source: 'named' } } }, [], ['named']],
    ['each once', { r: { match: { trigger: 'queue', source: 'a' } } }, ['queue:a'], ['a']],
    ['none by a pattern', { r: { match: { trigger: 'queue', source: 'orders-*' } } }, [], []],
    ['none without a name', { r: { match: { trigger: 'queue' } } }, ['queue'], []],
    ['none that is something else', { r: { match: { trigger: 'bucket', source: 'uploads' } } }, [], []],
  ] satisfies [string, Record<string, ResourceRule>, string[], string[]][])(
    'are %s',
    (_what, resources, sources, queues) => {
      expect(queuesOf(document(resources), new Set(sources))).toEqual(queues);
    },
  );

  it('are those that have invoked it, when it has no rules', () => {
    expect(queuesOf(undefined, new Set(['queue:a']))).toEqual(['a']);
  });
});
