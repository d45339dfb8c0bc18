// Makes a minute fit its item: the busiest names are kept, the rest is counted together. Pure.
import { minuteItem, type TelemetryMinute } from '../../store/items/telemetry.ts';
import type { Value } from '../../store/port.ts';
import { keepBusiest, withoutDurations } from './merge.ts';

/** An instance's minute costs at most this many write units a minute, whatever it has seen. */
export const LARGEST_ITEM_BYTES = 16 * 1024;

/** The minute itself when it fits, else the one that keeps most. */
export function fitting(minute: TelemetryMinute): TelemetryMinute {
  if (sizeOf(minuteItem(minute)) <= LARGEST_ITEM_BYTES) return minute;
  for (const most of [100, 50, 20, 10, 5, 2]) {
    const smaller = { ...minute, ...keepBusiest(minute, most) };
    if (sizeOf(minuteItem(smaller)) <= LARGEST_ITEM_BYTES) return smaller;
  }
  return { ...minute, ...withoutDurations(keepBusiest(minute, 2)) };
}

/** As DynamoDB counts it, rounded up: names and texts in UTF-8, two digits a byte, 3 bytes a container and 1 a value in it. */
export function sizeOf(value: Value | undefined): number {
  if (value === undefined) return 0;
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 2;
  if (typeof value === 'boolean' || value === null) return 1;
  if (value instanceof Uint8Array) return value.length;
  let bytes = 3;
  for (const [name, part] of Object.entries(value)) {
    if (part !== undefined) bytes += (Array.isArray(value) ? 0 : Buffer.byteLength(name)) + 1 + sizeOf(part);
  }
  return bytes;
}
