// Asks the emulated DynamoDB and the test kit's table in memory the same, and expects the same answers.
import { beforeAll, expect, inject } from 'vitest';
import { memoryTable } from '../../../middleware/testing/table/memory-table.ts';
import type { Table } from '../../../store/port.ts';
import { createTable } from '../table.ts';

let emulated: Table;
let round = 0;

beforeAll(async () => {
  ({ sdk: emulated } = await createTable(inject('dynamodb')));
});

/** What a request comes to: its answer, or the kind of its refusal. */
async function told(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return { answer: await ask() };
  } catch (error) {
    return { refused: error instanceof Error && 'type' in error ? error.type : String(error) };
  }
}

/** Asks both tables the same, one request after the other, each time under names nobody has used. */
export async function sameOfBoth(steps: readonly ((table: Table, name: string) => Promise<unknown>)[]): Promise<void> {
  const inMemory = memoryTable();
  const name = `r${round++}`;
  for (const [at, step] of steps.entries()) {
    const [expected, actual] = [await told(() => step(emulated, name)), await told(() => step(inMemory, name))];
    expect(actual, `step ${at + 1}: ${step.toString()}`).toEqual(expected);
  }
}
