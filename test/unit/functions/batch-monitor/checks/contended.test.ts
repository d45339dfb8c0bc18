// Many who write one check at once: whoever loses a race waits for a while of its own, so that all get to write.
import { describe, expect, it } from 'vitest';
import { changeOrPutOff } from '../../../../../functions/batch-monitor/checks/contended.ts';
import { configured, newCheck } from '../../../../../functions/batch-monitor/checks/fold.ts';
import type { Check } from '../../../../../store/items/check-record.ts';
import { changeCheck, createCheck, readCheck } from '../../../../../store/items/checks.ts';
import { memoryTable } from '../../../../support/memory-table.ts';

const UUID = '5bf66975-d4c7-4bf5-bcc8-b8d8a82ea278';

async function tableWithCheck() {
  const table = memoryTable();
  await createCheck(table, newCheck({ uuid: UUID, badgeKey: 'badge', service: 'orders', at: 1 }, { tags: 'first' }));
  return table;
}

const tagged = (tag: string) => (check: Check) => configured(check, { tags: `${check.tags} ${tag}` }, 1);

describe('a check that many change at once', () => {
  it('takes the word of more than there are tries', async () => {
    const table = await tableWithCheck();
    const tags = Array.from({ length: 80 }, (_, i) => `tag-${i}`);
    await Promise.all(tags.map((tag) => changeOrPutOff(table, UUID, tagged(tag))));
    expect((await readCheck(table, UUID))?.tags.split(' ').sort()).toEqual(['first', ...tags].sort());
  });

  it('is written without a wait by who is alone, and waited for by who has lost', async () => {
    const table = await tableWithCheck();
    const waits: number[] = [];
    const apart = (lost: number) => {
      waits.push(lost);
      return Promise.resolve();
    };
    await changeCheck(table, UUID, tagged('alone'), apart);
    expect(waits).toEqual([]);
    await Promise.all(['a', 'b'].map((tag) => changeCheck(table, UUID, tagged(tag), apart)));
    expect(waits).toEqual([0]);
  });

  it('names no UUID to who never wins', async () => {
    const table = await tableWithCheck();
    const others = { ...table, put: () => Promise.resolve({ applied: false as const, item: undefined }) };
    const lost = changeCheck(others, UUID, tagged('mine'));
    await expect(lost).rejects.toThrow(
      /^the check [0-9a-f]{16} changed 50 times while it was being written; try again$/,
    );
  });
});
