// What every function has to know of parking: which events can be parked, and how to tell a message that brings one back.
import { recordsOf, type Face } from './trigger.ts';

/** The message attribute that marks a parked event; its value is the service that parked it. */
export const PARKED_ATTRIBUTE = 'flyball-parked';

/** What the platform delivers without waiting for an answer, and would only try again for a few minutes. */
export function isParkable(face: Face): boolean {
  return face === 's3' || face === 'sns' || face === 'eventbridge';
}

/** The address of the function's parking queue, if it has one. */
export function parkingQueueUrl(): string | undefined {
  return process.env['FLYBALL_PARKING_QUEUE'] || undefined;
}

/** That queue's name: the last part of its address. */
export function parkingQueueName(): string | undefined {
  return parkingQueueUrl()?.split('/').pop() || undefined;
}

/** Whether a queue's batch has parked events in it. */
export function bringsParked(event: unknown): boolean {
  return recordsOf(event).some(isMarked);
}

/** Of the function's own parking queue: whoever may send to another one can write any attribute. */
export function isMarked({ messageAttributes, eventSourceARN }: { readonly [name: string]: unknown }): boolean {
  if (typeof messageAttributes !== 'object' || messageAttributes === null) return false;
  if (!(PARKED_ATTRIBUTE in messageAttributes) || typeof eventSourceARN !== 'string') return false;
  const queue = parkingQueueUrl()?.split('/').at(-1);
  return queue !== undefined && eventSourceARN.split(':').at(-1) === queue;
}
