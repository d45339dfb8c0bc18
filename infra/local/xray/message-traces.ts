// Remembers which trace a queue message was sent in, as SQS does in `AWSTraceHeader`, which fauxqs does not keep.
import { isObject } from '../template.ts';

const MOST = 10_000;

export class MessageTraces {
  readonly #headers = new Map<string, string>();

  /** `target` is the API's name of the operation; `body` and `answer` are as they were parsed from JSON. */
  note(target: string, header: string | undefined, body: unknown, answer: unknown): void {
    if (!isObject(body) || !isObject(answer)) return;
    if (target === 'AmazonSQS.SendMessage') this.#keep(answer['MessageId'], headerIn(body) ?? header);
    if (target !== 'AmazonSQS.SendMessageBatch') return;
    const entries = new Map(listOf(body['Entries']).map((entry) => [entry['Id'], headerIn(entry)]));
    for (const sent of listOf(answer['Successful'])) this.#keep(sent['MessageId'], entries.get(sent['Id']) ?? header);
  }

  headerOf(messageId: string | undefined): string | undefined {
    return messageId === undefined ? undefined : this.#headers.get(messageId);
  }

  #keep(messageId: unknown, header: string | undefined): void {
    if (typeof messageId !== 'string' || header === undefined) return;
    this.#headers.set(messageId, header);
    const [oldest] = this.#headers.keys();
    if (this.#headers.size > MOST && oldest !== undefined) this.#headers.delete(oldest);
  }
}

/** What the sender names itself stands above the header of its request. */
function headerIn({ MessageSystemAttributes: attributes }: Readonly<Record<string, unknown>>): string | undefined {
  const trace = isObject(attributes) ? attributes['AWSTraceHeader'] : undefined;
  const value = isObject(trace) ? trace['StringValue'] : undefined;
  return typeof value === 'string' ? value : undefined;
}

function listOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
