// What a simulated fleet is put through: its size, its rules, its load and its accidents.
import type { ThrottleRule } from '../../../middleware/kernel/rules/document.ts';
import type { Churn, Phase } from '../../simulation/load.ts';

export interface Scenario {
  /** Says the load, e.g. `n=1000 zipf 1.5x`. */
  readonly name: string;
  readonly instances: number;
  /** Requests a second that an instance is asked on average. */
  readonly rps: number;
  readonly rule: ThrottleRule;
  /** Under another rule from the beginning: half of the fleet, as while a gray publish spreads. */
  readonly grayRule?: ThrottleRule;
  /** Another rule that instances follow one after another within so many seconds from `atS`. */
  readonly change?: { readonly atS: number; readonly withinS: number; readonly rule: ThrottleRule };
  /** How the load is spread over the instances. */
  readonly spread?: 'uniform' | 'zipf';
  /** Callers, by whom the rule's key tells them apart; asked as Zipf has it. */
  readonly keys?: number;
  readonly phases?: readonly Phase[];
  readonly churn?: Churn;
  /** Clocks are off by up to so much, ms: evenly, or each by as much as that, ahead or behind. */
  readonly skewMs?: number;
  readonly skewed?: 'evenly' | 'fully';
  readonly outage?: { readonly fromS: number; readonly forS: number };
  /** Environments that stop in the midst of what they do: so many a second, each for so long. */
  readonly stops?: { readonly perS: number; readonly forS: number };
  readonly tableWritesPerS?: number;
  readonly handlerMs?: number;
  /** Rates and shares are measured from here to the end; the bound is metered always. */
  readonly measureFromS: number;
  readonly untilS: number;
  /** By then the burst has been spent: what is measured is compared to a bucket that begins empty, else to a full one. */
  readonly drained?: boolean;
  /** Of bursts after idleness: how much of each burst was usable is measured from each of these on. */
  readonly burstsFromS?: readonly number[];
  /** What is to hold, beside the bound. */
  readonly goals?: Goals;
  /** The bound is not promised here: it is reported alone. */
  readonly boundless?: boolean;
}

export interface Goals {
  readonly rateErrorPct?: number;
  readonly waitedShare?: number;
  readonly writesPerRequest?: number;
}
