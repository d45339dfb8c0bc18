// When the code of access cannot be loaded, e.g. a chunk that was not packaged: rules that refuse somebody refuse all.
import middy from '@middy/core';
import { describe, expect, it } from 'vitest';
import { middlewareOf } from '../../../../middleware/kernel/middleware.ts';
import type { PolicySlot } from '../../../../middleware/kernel/policy.ts';
import type { AccessRule } from '../../../../middleware/kernel/rules/document.ts';
import { accessSlot, requiredAccessSlot } from '../../../../middleware/slots.ts';
import * as events from '../../../support/events.ts';
import { testContext, testInstance } from '../../../support/instance.ts';

const deny = [{ ip: ['192.0.2.1'] }];

async function answerUnder(slot: PolicySlot, access: AccessRule | undefined): Promise<unknown> {
  const instance = testInstance({ rules: { ...(access && { access }) } });
  const broken: PolicySlot = { ...slot, load: () => Promise.reject(new Error('no such file')) };
  const handler = middy()
    .use(middlewareOf(instance, [broken]))
    .handler(() => ({ statusCode: 200 }));
  const answer: unknown = await handler(events.httpV2(), testContext(instance.clock) as never);
  return answer;
}

describe('code that cannot be loaded', () => {
  it.each<[string, PolicySlot, AccessRule | undefined, number]>([
    ['rules that are enforced', accessSlot, { deny }, 503],
    ['rules that are tried out', accessSlot, { mode: 'shadow', deny }, 200],
    ['rules that are disabled', accessSlot, { mode: 'disabled', deny }, 200],
    ['no rules', accessSlot, undefined, 200],
    ['access that is required, with rules', requiredAccessSlot, { deny }, 503],
    ['access that is required, without rules', requiredAccessSlot, undefined, 503],
  ])('under %s', async (_what, slot, access, statusCode) => {
    expect(await answerUnder(slot, access)).toMatchObject({ statusCode });
  });
});
