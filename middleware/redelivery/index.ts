// Redelivery of queue records: attempts with growing delays, then the dead-letter queue.
export { redeliveryPolicy } from './policy.ts';
