// What the tick works with, and what sources of signals give it.
import type { Clock } from '../../middleware/kernel/clock.ts';
import type { Logger } from '../../middleware/kernel/logger.ts';
import type { Table } from '../../store/port.ts';
import type { SendMessage } from './channel.ts';
import type { Condition } from './condition.ts';
import type { Notice } from './message.ts';
import type { Routing } from './routing/document.ts';

/** Something that can be looked at: a job, a check, all of a service. */
export interface Subject {
  /** For logs: `job settlement/nightly`. */
  readonly name: string;
  /**
   * All that can be said of it now: what fires, and what is known to be well. What cannot be told is left out: its alert
   * stays as it is.
   */
  readonly conditions: () => Promise<readonly Condition[]>;
  /**
   * Once all of that is kept: takes the mark away that brought it here. `false` when somebody else has been here meanwhile:
   * what was found may be older than what they have said, and it is looked at once more.
   */
  readonly observed?: () => Promise<unknown>;
}

export interface SourceParts {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly remainingMs: () => number;
}

export interface Source {
  readonly name: string;
  /** What there is to look at in this tick, page by page: each subject is looked at apart, and may fail alone. */
  readonly subjects: (parts: SourceParts) => AsyncIterable<readonly Subject[]>;
  /**
   * What an open alert is about, by its condition's key: looked at once more before anybody is told, of what was said long
   * ago. Undefined for what is no subject of this source; left out by sources that look at all there is each minute.
   */
  readonly again?: (parts: SourceParts, key: string) => Subject | undefined;
}

/** A channel that can be sent to. */
export interface Channel {
  readonly type: string;
  readonly send: SendMessage;
  /** It sends something for each notice, as PagerDuty does: its messages list all of them. */
  readonly eachNotice?: boolean | undefined;
}

export interface TickParts extends SourceParts {
  readonly sources: readonly Source[];
  /** The routing document in force; undefined when there is none, and nobody is told. */
  readonly routing: () => Promise<Routing | undefined>;
  /** Undefined for a channel that the document does not have. */
  readonly channels: (routing: Routing, name: string) => Channel | undefined;
  /** Runs one attempt as a call of flyball's own, with its deadline and the channel's breaker. @throws what `send` throws, or a refusal. */
  readonly guarded: (type: string, channel: string, send: (signal: AbortSignal) => Promise<void>) => Promise<void>;
  /** What changed in the hour before: deploys and published rules. */
  readonly changesBefore: (service: string, atMs: number) => Promise<Notice['changes']>;
  /** The cell's name, which messages say. */
  readonly cell: string;
  /** The tick's whole time limit, in ms: who claims a delivery has at most so long to send it. */
  readonly timeoutMs: number;
}
