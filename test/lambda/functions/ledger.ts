// A function that flushes after its response and waits for its registration, as an ES module can.
import { flyball, governed } from '../../../middleware/index.ts';

/** Its throttle charges beside each invocation, which so ends with a sync under way. */
export const handler = governed(
  { service: 'ledger', flush: flushOf(process.env['TEST_FLUSH']) },
  async (event: { readonly hang?: boolean }) => {
    if (event.hang === true) await new Promise(() => undefined);
    const failure = await flyball
      .run('bank', () => Promise.reject(new Error('the bank is closed')))
      .catch((error: unknown) => (error instanceof Error ? error.name : 'unknown'));
    return { failure };
  },
);

await flyball.ready();

function flushOf(text: string | undefined): 'before-response' | 'after-response' {
  return text === 'after-response' ? text : 'before-response';
}
