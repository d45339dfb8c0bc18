// What is said when AWS does not answer.
import { describe, expect, it } from 'vitest';
import { whyUnknown } from '../../../../../functions/telemetry/saturation/platform.ts';

const error = (name: string, message: string) => Object.assign(new Error(message), { name });

describe('why something is not known', () => {
  it.each([
    [
      'a queue that is not there',
      error('QueueDoesNotExist', 'The queue is gone.'),
      'QueueDoesNotExist: The queue is gone.',
    ],
    ['no answer in time', error('TimeoutError', 'aborted'), 'TimeoutError: aborted'],
    ['what is no error', 'broken', 'broken'],
  ])('is told: %s', (_what, thrown, told) => {
    expect(whyUnknown(thrown)).toBe(told);
  });

  it.each(['AccessDenied', 'AccessDeniedException'])('names neither role nor account: %s', (name) => {
    const message = 'User: arn:aws:sts::111122223333:assumed-role/r is not authorized to perform: sqs:GetQueueUrl';
    expect(whyUnknown(error(name, message))).not.toContain('111122223333');
  });
});
