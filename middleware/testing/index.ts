// What `import … from 'flyball/testing'` gives: a governor, time, events and dependencies for tests, without a network.
export { fakeClock, type FakeClock } from './clock.ts';
export type { DependencyAnswer, DependencyFailure, FixedAnswer, SentCall } from './dependencies.ts';
export * as events from './events/index.ts';
export type { AskedRequest, ItemChange, KinesisData, Override, QueueMessage, WebRequest } from './events/index.ts';
export { testGovernor, type TestGovernor, type TestGovernorOptions } from './governor.ts';
export type { DeadLetter, DelayedRecord, ParkedEvent } from './queues.ts';
export type {
  Recorded,
  RecordedAttempt,
  RecordedCall,
  RecordedInvocation,
  RecordedRefusal,
  RecordedTransition,
} from './recorded.ts';
export type { TestRules } from './rules.ts';
export type { StoreRequest, TestStore } from './store-faults.ts';
