// What `import … from 'flyball/idempotency'` gives: work that is done once, by Powertools Idempotency on flyball's table.
export { idempotent, type IdempotentOptions } from '../idempotency/idempotent.ts';
export { GuardUnavailable, InProgressElsewhere } from '../idempotency/in-progress.ts';
export { FlyballPersistenceLayer } from '../idempotency/persistence-layer.ts';
