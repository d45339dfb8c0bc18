// Makes a minute fit its item: particulars are left out first, then the busiest names are kept and the rest counted together. Pure.
import { packDetail, type MinuteDetail } from '../../store/items/telemetry-detail.ts';
import { minuteItem, type TelemetryMinute } from '../../store/items/telemetry.ts';
import type { Value } from '../../store/port.ts';
import { keepBusiest, withoutDurations } from './merge.ts';

/** An instance's minute costs at most this many write units a minute, whatever it has seen. */
export const LARGEST_ITEM_BYTES = 16 * 1024;
/** For the late minutes that are listed when it is put. */
const ROOM_FOR_LATE = 300;

/** The minute itself with its particulars when both fit, else what keeps most of the counts and then of the rest. */
export function fitting(minute: TelemetryMinute, detail?: MinuteDetail): TelemetryMinute {
  const counts = fittingCounts(minute);
  if (!detail) return counts;
  const room = LARGEST_ITEM_BYTES - ROOM_FOR_LATE - sizeOf(minuteItem(counts)) - 'detail'.length - 1;
  for (const smaller of lessAndLess(counts === minute ? detail : ofNames(detail, counts))) {
    const packed = packDetail(smaller);
    if (packed.length <= room) return { ...counts, detail: packed };
  }
  return counts;
}

/** Samples go first, since others will come; what the machine says stays longest. */
function* lessAndLess(detail: MinuteDetail): Generator<MinuteDetail> {
  yield detail;
  if (detail.samples) yield { ...detail, samples: detail.samples.filter((_, i) => i % 3 === 0) };
  let less = detail;
  for (const left of ['samples', 'keys', 'errors', 'resources', 'dependencies', 'inbound', 'bursts'] as const) {
    if (!detail[left]) continue;
    less = without(less, left);
    yield less;
  }
}

/** Names that are counted as others have no particulars of their own. */
function ofNames(detail: MinuteDetail, { resources, calls }: TelemetryMinute): MinuteDetail {
  const kept = <T>(all: { readonly [name: string]: T } | undefined, names: object) =>
    Object.fromEntries(Object.entries(all ?? {}).filter(([name]) => Object.hasOwn(names, name)));
  return {
    ...detail,
    resources: kept(detail.resources, resources),
    dependencies: kept(detail.dependencies, calls),
  };
}

function without(detail: MinuteDetail, name: keyof MinuteDetail): MinuteDetail {
  return Object.fromEntries(Object.entries(detail).filter(([each]) => each !== name));
}

function fittingCounts(minute: TelemetryMinute): TelemetryMinute {
  const fits = (one: TelemetryMinute) => sizeOf(minuteItem(one)) <= LARGEST_ITEM_BYTES - ROOM_FOR_LATE;
  if (fits(minute)) return minute;
  for (const most of [100, 50, 20, 10, 5, 2]) {
    const smaller = { ...minute, ...keepBusiest(minute, most) };
    if (fits(smaller)) return smaller;
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
