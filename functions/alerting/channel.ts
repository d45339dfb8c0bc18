// The seam between what is to be said and the many ways of saying it.
import type { ChannelConfig } from './channels/config.ts';
import type { Message } from './message.ts';

/** It was not delivered. Whoever sends decides by it whether, and when, to try again. */
export class NotDelivered extends Error {
  override readonly name = 'NotDelivered';
  readonly code = 'NOT_DELIVERED';
  /** False when trying again cannot help: the address is gone, the secret is refused. */
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /** It may have arrived all the same: there was no answer. False when the answer says that it was not taken. */
  readonly maybeDelivered: boolean;
  constructor(
    message: string,
    options: ErrorOptions & { retryable: boolean; retryAfterMs?: number | undefined; maybeDelivered?: boolean },
  ) {
    super(message, options);
    this.retryable = options.retryable;
    this.retryAfterMs = options.retryAfterMs;
    this.maybeDelivered = options.maybeDelivered ?? options.retryable;
  }
}

/** Sends a message once. @throws {NotDelivered} Neither its text nor its cause holds a secret. */
export type SendMessage = (message: Message, signal: AbortSignal) => Promise<void>;

/** The way of a channel of the routing document; `name` is what it is called there. Nothing is read or opened before it sends. */
export type ChannelOf = (name: string, config: ChannelConfig) => SendMessage;
