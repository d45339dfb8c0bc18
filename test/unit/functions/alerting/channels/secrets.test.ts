// Secrets are read once in five minutes, are kept while they cannot be read, and are read anew when they are refused.
import { describe, expect, it } from 'vitest';
import { Failed } from '../../../../../functions/alerting/channels/failures.ts';
import { heldSecrets, type ReadSecret } from '../../../../../functions/alerting/channels/secrets.ts';
import { fakeClock } from '../../../../support/fake-clock.ts';

const signal = new AbortController().signal;

function store() {
  const state = { value: 'first', asked: 0, failing: undefined as Failed | undefined };
  const read: ReadSecret = async () => {
    state.asked += 1;
    if (state.failing) throw state.failing;
    return state.value;
  };
  return { state, read };
}

describe('held secrets', () => {
  it('are read again after five minutes', async () => {
    const clock = fakeClock();
    const { state, read } = store();
    const secrets = heldSecrets(read, clock);
    expect(await secrets.read('ssm:/a/b', signal)).toBe('first');
    state.value = 'second';
    clock.advance(299_999);
    expect(await secrets.read('ssm:/a/b', signal)).toBe('first');
    clock.advance(1);
    expect(await secrets.read('ssm:/a/b', signal)).toBe('second');
    expect(state.asked).toBe(2);
  });

  it('are read at once when they were refused, without the space around them', async () => {
    const { state, read } = store();
    const secrets = heldSecrets(read, fakeClock());
    await secrets.read('ssm:/a/b', signal);
    state.value = ' second\n';
    expect(await secrets.readAgain('ssm:/a/b', signal)).toBe('second');
    expect(await secrets.read('ssm:/a/b', signal)).toBe('second');
  });

  it('serve on while their store does not answer, and not when it refuses', async () => {
    const clock = fakeClock();
    const { state, read } = store();
    const secrets = heldSecrets(read, clock);
    await secrets.read('ssm:/a/b', signal);
    clock.advance(600_000);
    state.failing = new Failed({ why: 'busy', retryable: true });
    expect(await secrets.read('ssm:/a/b', signal)).toBe('first');
    state.failing = new Failed({ why: 'gone', retryable: false });
    await expect(secrets.read('ssm:/a/b', signal)).rejects.toThrow('gone');
  });

  it('are not empty', async () => {
    const { state, read } = store();
    state.value = ' ';
    await expect(heldSecrets(read, fakeClock()).read('ssm:/a/b', signal)).rejects.toThrow('ssm:/a/b is empty');
  });
});
