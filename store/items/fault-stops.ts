// Stops the faults of services, and lets them go on: on the heads of their rules, beside pauses, where instances look anyway.
import { keys } from '../keys.ts';
import type { Item, Table, Value } from '../port.ts';
import { layBesideRules } from './beside-rules.ts';
import { ITEM_VERSION } from './fields.ts';

/** Whether faults are stopped, as somebody decided it last. It has no end: whoever stops a drill is not to be surprised. */
export interface FaultStop {
  readonly stopped: boolean;
  readonly by: string;
  readonly reason: string;
  /** ms since the epoch. Of two the later one holds, whichever is written last. */
  readonly at: number;
}

/** For services that come later; undefined when nobody ever stopped the faults of the whole cell. */
export async function readCellFaultStop(table: Table): Promise<FaultStop | undefined> {
  return stopOf(await table.get(keys.faultStop(), { consistent: true }));
}

/** False, and nothing is changed, when a later one has been written. */
export async function writeCellFaultStop(table: Table, stop: FaultStop): Promise<boolean> {
  const { applied } = await table.put({
    item: { ...keys.faultStop(), v: ITEM_VERSION, ...attributesOf(stop) },
    condition: 'attribute_not_exists(#at) OR #at <= :at',
    names: { '#at': 'faultsAt' },
    values: { ':at': stop.at },
  });
  return applied;
}

/** On one service, whether or not it has published anything. False when a later one has been written. */
export function stopFaultsOf(table: Table, service: string, stop: FaultStop): Promise<boolean> {
  const { faultsStopped, faultsAt } = attributesOf(stop);
  return layBesideRules(table, service, ['faultsStopped', faultsStopped], ['faultsAt', faultsAt]);
}

export async function readFaultStop(table: Table, service: string): Promise<FaultStop | undefined> {
  return stopOf(await table.get(keys.rulesHead(service), { consistent: true }));
}

function attributesOf({ stopped, by, reason, at }: FaultStop): { faultsStopped: Value; faultsAt: number } {
  return { faultsStopped: stopped ? { by, reason } : false, faultsAt: at };
}

/** Undefined when nobody ever decided anything. */
function stopOf(item: Item | undefined): FaultStop | undefined {
  const stopped = item?.['faultsStopped'];
  const at = item?.['faultsAt'];
  if (stopped === undefined) return undefined;
  const record = typeof stopped === 'object' && stopped !== null && !Array.isArray(stopped) ? stopped : {};
  const told = (value: unknown) => (typeof value === 'string' ? value : '');
  const { by, reason } = record as Readonly<Record<string, unknown>>;
  return { stopped: stopped !== false, by: told(by), reason: told(reason), at: typeof at === 'number' ? at : 0 };
}
