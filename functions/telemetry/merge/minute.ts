// Merges one minute of a service anew: all that its instances put for it, added up and put in place of what was there.
import { hash } from 'node:crypto';
import { putSeries } from '../../../store/items/series.ts';
import { putSides, type SidesData } from '../../../store/items/gray-sides.ts';
import { unpackDetail } from '../../../store/items/telemetry-detail.ts';
import { minuteOf, readMinutes } from '../../../store/items/telemetry.ts';
import type { SlotData } from '../sums/data.ts';
import { Slot } from '../sums/slot.ts';
import { fittingSlot } from './fit.ts';
import { lateMinutesOf, type LateMinute } from './late.ts';
import { EMPTY } from './memory.ts';
import { sidesOf } from './sides.ts';
import { SampleChoice, type SamplesData } from './samples.ts';
import type { ServiceTurn } from './turn.ts';

/** Items of instances read at once: each has at most 16 KB, so that memory stays bounded however many there are. */
const PAGE = 100;

export interface MergedMinute {
  /** Undefined when nobody put anything. */
  readonly data: SlotData | undefined;
  /** What its instances name late. */
  readonly late: readonly LateMinute[];
  /** What the instances that were asked about counted something of; undefined for all there is. */
  readonly subjects: ReadonlySet<string> | undefined;
}

export interface MinuteWanted {
  readonly at: number;
  /** The last word on it: nothing that was put may be missed. */
  readonly final: boolean;
  /** Instances whose subjects are asked for. */
  readonly of?: ReadonlySet<string>;
}

/** Names beyond a limit are summed up as `other`: then nobody knows any more what came from whom. */
const MOST_TELLING = 900;

export async function mergeMinute(turn: ServiceTurn, service: string, wanted: MinuteWanted): Promise<MergedMinute> {
  const { at, final, of } = wanted;
  const slot = new Slot();
  const samples = new SampleChoice();
  const late: LateMinute[] = [];
  const asked = new Slot();
  let cursor: string | undefined;
  do {
    turn.pace.check();
    const page = await readMinutes(turn.table, service, minuteOf(at), cursor, { limit: PAGE, consistent: final });
    for (const minute of page.minutes) {
      await turn.pace.work(() => {
        const detail = unpackDetail(minute.detail);
        slot.addMinute(minute, detail);
        samples.add(detail.samples);
        late.push(...lateMinutesOf(minute, at, [turn.oldest, turn.closing]));
        if (of?.has(minute.instance)) asked.addMinute(minute, detail);
      });
    }
    slot.addUnreadable(page.unreadable);
    cursor = page.cursor;
  } while (cursor !== undefined);

  const data = slot.empty ? undefined : await turn.pace.work(() => fittingSlot(slot.data()));
  await putChanged(turn, service, at, data, samples, sidesOf(slot));
  const telling = of !== undefined && slot.sums().size < MOST_TELLING;
  return { data, late, subjects: telling ? new Set(asked.sums().keys()) : undefined };
}

async function putChanged(
  { table, fence, memory }: ServiceTurn,
  service: string,
  from: number,
  data: SlotData | undefined,
  choice: SampleChoice,
  sides: SidesData | undefined,
): Promise<void> {
  const samples: SamplesData = { samples: choice.chosen() };
  const digest = data
    ? hash('sha256', JSON.stringify(sides ? [data, samples, sides] : [data, samples]), 'base64')
    : EMPTY;
  if (memory.digestOf(service, from) === digest) return;
  memory.remember(service, from, undefined);
  if (data) {
    if (samples.samples.length > 0)
      await putSeries(table, { kind: 'samples', service }, { from, data: samples }, { fence });
    if (sides) await putSides(table, service, { from, data: sides }, { fence });
    await putSeries(table, { kind: 'minute', service }, { from, data }, { fence });
  }
  memory.remember(service, from, digest);
}
