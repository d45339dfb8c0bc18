// How long ago what an event tells of has happened: a message sent, an object made, a schedule due. Pure.
import type { Trigger } from '../kernel/trigger.ts';

/** Of a batch so many records are looked at. */
const MOST_RECORDS = 32;

interface Unknown {
  readonly [name: string]: unknown;
}

/** Epoch ms; of a batch the oldest record's. Undefined when the event does not say, as a web request's does not. */
export function happenedAt({ face }: Trigger, event: unknown): number | undefined {
  switch (face) {
    case 'sqs':
      return oldest(event, (record) => numberAt(record['attributes'], 'SentTimestamp'));
    case 's3':
      return oldest(event, (record) => timeAt(record, 'eventTime'));
    case 'sns':
      return oldest(event, (record) => timeAt(record['Sns'], 'Timestamp'));
    case 'kinesis':
      return oldest(event, (record) => secondsAt(record['kinesis'], 'approximateArrivalTimestamp'));
    case 'dynamodb':
      return oldest(event, (record) => secondsAt(record['dynamodb'], 'ApproximateCreationDateTime'));
    case 'eventbridge':
    case 'schedule':
      return timeAt(event, 'time');
    default:
      return undefined;
  }
}

function oldest(event: unknown, of: (record: Unknown) => number | undefined): number | undefined {
  const records = isObject(event) ? event['Records'] : undefined;
  if (!Array.isArray(records)) return undefined;
  let found: number | undefined;
  for (let i = 0; i < records.length && i < MOST_RECORDS; i++) {
    const record: unknown = records[i];
    const at = isObject(record) ? of(record) : undefined;
    if (at !== undefined && (found === undefined || at < found)) found = at;
  }
  return found;
}

function timeAt(container: unknown, name: string): number | undefined {
  const text = isObject(container) ? container[name] : undefined;
  const at = typeof text === 'string' ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? undefined : at;
}

function numberAt(container: unknown, name: string): number | undefined {
  const value = isObject(container) ? container[name] : undefined;
  const at = typeof value === 'string' || typeof value === 'number' ? Number(value) : NaN;
  return at > 0 ? at : undefined;
}

function secondsAt(container: unknown, name: string): number | undefined {
  const seconds = numberAt(container, name);
  return seconds === undefined ? undefined : seconds * 1000;
}

function isObject(value: unknown): value is Unknown {
  return typeof value === 'object' && value !== null;
}
