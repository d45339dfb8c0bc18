// What messages to a queue carry of the invocation that sends them: how long its caller waits, and its place in the trace.
import type { Invocation } from '../../kernel/invocation.ts';
import type { Middleware } from './stack.ts';

/** What Lambda's consumers read of a message (d); beside it a message has room for ten attributes of its own (d). */
const MOST_ATTRIBUTES = 10;

type Attributes = Readonly<Record<string, { readonly DataType: string; readonly StringValue: string }>>;

const text = (value: string) => ({ DataType: 'String', StringValue: value });

/** What a message sent now is to carry; the most important first, since there may not be room for all. */
export function attributesOf({ deadlineAt, carried }: Pick<Invocation, 'deadlineAt' | 'carried'>): Attributes {
  const { traceparent } = carried;
  return {
    'x-flyball-deadline': text(String(Math.floor(deadlineAt))),
    ...(traceparent === undefined ? {} : { traceparent: text(traceparent) }),
  };
}

/** The message with as many of the attributes as there is room for; what its sender has set itself stands. */
export function withAttributes<Message extends object>(message: Message, added: Attributes): Message {
  const given = 'MessageAttributes' in message ? message.MessageAttributes : undefined;
  const own: Readonly<Record<string, unknown>> = typeof given === 'object' && given !== null ? { ...given } : {};
  const missing = Object.entries(added).filter(([name]) => !(name in own));
  const room = Math.max(0, MOST_ATTRIBUTES - Object.keys(own).length);
  if (missing.length === 0 || room === 0) return message;
  return { ...message, MessageAttributes: { ...own, ...Object.fromEntries(missing.slice(0, room)) } };
}

/** Puts them on every message of `SendMessage` and `SendMessageBatch`, before these are written down. */
export function messageAttributes(invocationNow: () => Invocation | undefined): Middleware {
  return (next, { commandName }) =>
    function flyballMessageAttributes(args) {
      const { input } = args;
      const invocation = invocationNow();
      // What comes after the invocation is none of its caller's.
      if (!invocation || invocation.ended || typeof input !== 'object' || input === null) return next(args);
      if (commandName === 'SendMessageCommand') {
        return next({ ...args, input: withAttributes(input, attributesOf(invocation)) });
      }
      if (commandName !== 'SendMessageBatchCommand' || !('Entries' in input)) return next(args);
      const { Entries: entries } = input;
      if (!Array.isArray(entries)) return next(args);
      const added = attributesOf(invocation);
      const Entries = entries.map((entry: unknown) =>
        typeof entry === 'object' && entry !== null ? withAttributes(entry, added) : entry,
      );
      return next({ ...args, input: { ...input, Entries } });
    };
}
