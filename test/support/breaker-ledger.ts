// Keeps account of what a breaker's instances have counted, and of what became of each report of it.
import type { UpdateRequest } from '../../store/port.ts';

/** A report on its way: how many calls it holds, and what became of it. */
export interface Sent {
  readonly by: object;
  /** Of the reports of one exchange in the same epoch a later one stands for those that were refused before it. */
  readonly exchange: unknown;
  readonly epoch: number;
  readonly item: string;
  readonly calls: number;
  /** `lost` until it has arrived. `throttled` has certainly not counted, and its sender knows. */
  became: 'lost' | 'applied' | 'refused' | 'throttled';
}

export interface Account {
  readonly counted: number;
  /** What the items of all shards were given. */
  readonly published: number;
  /** What was sent and has not counted, and is not told again. */
  readonly forfeited: number;
}

export class BreakerLedger {
  readonly reports: Sent[] = [];
  readonly #counted = new Map<object, Map<number, number>>();

  /** A call of an instance that ended and counts, admitted in `epoch`. */
  count(by: object, epoch: number): void {
    const counted = this.#counted.get(by) ?? new Map<number, number>();
    this.#counted.set(by, counted.set(epoch, (counted.get(epoch) ?? 0) + 1));
  }

  /** Takes an update in that is about to leave; undefined when it reports no calls. */
  sent(by: object, request: UpdateRequest): Sent | undefined {
    const calls = callsIn(request);
    if (calls === 0) return undefined;
    const sent: Sent = {
      by,
      exchange: request.signal,
      epoch: epochOf(request),
      item: request.key.pk,
      calls,
      became: 'lost',
    };
    this.reports.push(sent);
    return sent;
  }

  /** Epochs in which an instance has counted or told anything. */
  epochsOf(by: object): number[] {
    const told = this.reports.filter((sent) => sent.by === by).map(({ epoch }) => epoch);
    return [...new Set([...told, ...(this.#counted.get(by)?.keys() ?? [])])];
  }

  accountOf(by: object, epoch: number): Account {
    const reports = this.reports.filter((sent) => sent.by === by && sent.epoch === epoch);
    const standsForIt = (sent: Sent) =>
      reports.slice(reports.indexOf(sent) + 1).some(({ exchange }) => exchange === sent.exchange);
    const sum = (of: readonly Sent[]) => of.reduce((calls, sent) => calls + sent.calls, 0);
    const missed = reports.filter(
      (sent) => sent.became === 'lost' || (sent.became === 'refused' && !standsForIt(sent)),
    );
    return {
      counted: this.#counted.get(by)?.get(epoch) ?? 0,
      published: sum(reports.filter(({ became }) => became === 'applied')),
      forfeited: sum(missed),
    };
  }
}

/** The calls that an update adds, to a bucket (`c`) or to a segment (`k`). */
function callsIn({ update, names = {}, values = {} }: UpdateRequest): number {
  let calls = 0;
  for (const [, name = '', value = ''] of update.matchAll(/(#\w+) (:\w+)/g)) {
    const count = values[value];
    if (/^[ck][0-9a-z]+\.[0-9a-z]+$/.test(names[name] ?? '') && typeof count === 'number') calls += count;
  }
  return calls;
}

/** The epoch that an update is made for; 0 before the first. */
function epochOf({ condition = '', names = {}, values = {} }: UpdateRequest): number {
  const name = Object.keys(names).find((placeholder) => names[placeholder] === 'epoch');
  const epoch = values[new RegExp(`${name} = (:\\w+)`).exec(condition)?.[1] ?? ''];
  return typeof epoch === 'number' ? epoch : 0;
}
