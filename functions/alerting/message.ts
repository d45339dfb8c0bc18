// What is said to people: one message of one or more notices, the same for each channel, which writes it in its own way.
import type { ConditionKind, Severity } from './condition.ts';

/**
 * `firing` for the first time, `repeat` because it still is, `escalation` because nobody has acknowledged it, `digest` of what
 * was held back, `resolved` to those who were told, `test` of a channel.
 */
export type MessageKind = 'firing' | 'repeat' | 'escalation' | 'digest' | 'resolved' | 'test';

export interface Notice {
  /** Of the alert: it deduplicates where a channel can. */
  readonly id: string;
  /** `recovered` while it was held back: nobody was told, one line is enough. */
  readonly status: 'firing' | 'resolved' | 'recovered';
  readonly severity: Severity;
  readonly kind: ConditionKind;
  readonly service: string;
  readonly name: string;
  readonly owner?: string | undefined;
  /** One sentence. */
  readonly summary: string;
  /** Epoch ms. */
  readonly since: number;
  readonly endedAt?: number | undefined;
  readonly exception?: readonly string[] | undefined;
  readonly blocks?: readonly string[] | undefined;
  /** The alert it is because of, by its summary. */
  readonly because?: string | undefined;
  /** What changed in the hour before: deploys and published rules. */
  readonly changes?: readonly { readonly at: number; readonly what: string }[] | undefined;
  readonly runbook?: string | undefined;
  /** To the console; absolute. */
  readonly link?: string | undefined;
}

export interface Message {
  /** The same however often it is tried: receivers can tell a repeat by it. */
  readonly id: string;
  readonly kind: MessageKind;
  /** Why it is sent now, for people: `held until 08:00`, `nobody acknowledged it in 15 minutes`. */
  readonly reason?: string | undefined;
  /** The cell's name. */
  readonly cell: string;
  readonly notices: readonly Notice[];
  /** How many more there are than are listed. */
  readonly more: number;
  /** Epoch ms. */
  readonly at: number;
  /** The owner's, for the times in it. */
  readonly timezone: string;
}
