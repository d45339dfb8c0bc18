// Has fauxqs hand out FIFO groups as SQS does: several messages of a group at once, and again in their order.
// Left to itself it gives one message of a group a receive, and turns round those whose visibility ends together.
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

interface FifoMessage {
  readonly messageGroupId?: string;
  /** Of twenty digits, so that they sort as text. */
  readonly sequenceNumber?: string;
}

/** What of fauxqs's own queue is needed here. */
interface Queue {
  readonly inflightMessages: ReadonlyMap<string, { readonly message: FifoMessage }>;
  /** By group, in order, those that nobody has received. */
  readonly fifoMessages: ReadonlyMap<string, FifoMessage[]>;
  /** How many of a group are in flight: no more are given out meanwhile. */
  readonly fifoLockedGroups: Map<string, number>;
  isFifo: (this: Queue) => boolean;
  dequeueFifo: (this: Queue, most: number, ...rest: readonly unknown[]) => { readonly ReceiptHandle: string }[];
  changeVisibility: (this: Queue, receiptHandle: string, seconds: number) => void;
  processTimers: (this: Queue) => void;
}

const ADAPTED = Symbol('flyball.fifo-groups');
/** SQS gives no more at once. */
const RECEIVE_AT_MOST = 10;

/** Throws an Error when fauxqs is not the one this was written for. */
export async function receiveWholeGroups(): Promise<void> {
  // Its package exports nothing but its servers.
  const folder = dirname(findPackageJSON('fauxqs', import.meta.url) ?? '');
  const { SqsQueue } = (await import(pathToFileURL(join(folder, 'dist/sqs/sqsStore.js')).href)) as {
    readonly SqsQueue?: { readonly prototype: Queue & { [ADAPTED]?: true } };
  };
  const queue = SqsQueue?.prototype;
  for (const method of ['isFifo', 'dequeueFifo', 'changeVisibility', 'processTimers'] as const) {
    if (typeof queue?.[method] !== 'function') {
      throw new Error(`fauxqs's queues have no ${method}(): infra/local/fifo-groups.ts has to be adapted`);
    }
  }
  if (!queue || queue[ADAPTED]) return;
  const { dequeueFifo, changeVisibility, processTimers } = queue;
  queue[ADAPTED] = true;
  queue.dequeueFifo = function (most, ...rest) {
    return wholeGroups(this, most, () => dequeueFifo.call(this, 1, ...rest));
  };
  queue.changeVisibility = function (receiptHandle, seconds) {
    changeVisibility.call(this, receiptHandle, seconds);
    if (seconds === 0) putInOrder(this);
  };
  queue.processTimers = function () {
    processTimers.call(this);
    if (this.isFifo()) putInOrder(this);
  };
}

/** Receives one by one. What this receive has taken does not keep it from the rest of the group; what others took does. */
function wholeGroups(
  { inflightMessages, fifoLockedGroups: locked }: Queue,
  most: number,
  receiveOne: () => { readonly ReceiptHandle: string }[],
): { readonly ReceiptHandle: string }[] {
  const received: { readonly ReceiptHandle: string }[] = [];
  const ours = new Map<string, number>();
  while (received.length < Math.min(most, RECEIVE_AT_MOST)) {
    for (const group of ours.keys()) locked.delete(group);
    const [message] = receiveOne();
    const group = message && inflightMessages.get(message.ReceiptHandle)?.message.messageGroupId;
    if (group !== undefined) ours.set(group, (ours.get(group) ?? 0) + 1);
    for (const [each, inFlight] of ours) locked.set(each, inFlight);
    if (!message) break;
    received.push(message);
  }
  return received;
}

function putInOrder({ fifoMessages }: Queue): void {
  const place = ({ sequenceNumber = '' }: FifoMessage) => sequenceNumber;
  for (const messages of fifoMessages.values()) {
    messages.sort((a, b) => (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0));
  }
}
