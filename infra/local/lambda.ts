// Invokes functions of the local world as Lambda does: once and waiting, or asynchronously with Lambda's retries.

export interface Invoked {
  /** What the function answered; its error when it failed. */
  readonly payload: unknown;
  readonly failed: boolean;
}

export type Log = (message: string) => void;

/** Before the second and the third attempt of an asynchronous invoke, ms. */
const RETRY_AFTER_MS = [60_000, 120_000];

export class LocalLambda {
  readonly #url: string;
  readonly #log: Log;
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopped = false;

  constructor(url: string, log: Log) {
    this.#url = url;
    this.#log = log;
  }

  /** Runs the function and waits. Rejects only when the Lambda endpoint does not answer. */
  async invoke(functionName: string, event: unknown): Promise<Invoked> {
    // Always as RequestResponse: a failing `Event` invoke ends the process that serves Lambda.
    const response = await fetch(`${this.#url}/2015-03-31/functions/${functionName}/invocations`, {
      method: 'POST',
      body: JSON.stringify(event),
    });
    const text = await response.text();
    return { payload: parsed(text), failed: !response.ok || response.headers.has('x-amz-function-error') };
  }

  /** Runs the function without being waited for; a failure is tried again as Lambda does, after one and two minutes. */
  invokeLater(functionName: string, event: unknown, retries: number, attempt = 0): void {
    if (this.#stopped) return;
    void this.invoke(functionName, event)
      .catch((error: unknown): Invoked => ({ payload: error, failed: true }))
      .then(({ payload, failed }) => {
        if (!failed || this.#stopped) return;
        const after = attempt < retries ? RETRY_AFTER_MS[attempt] : undefined;
        const next = after === undefined ? 'the event is given up' : `tried again in ${String(after / 1000)} s`;
        this.#log(`${functionName} failed (${reasonOf(payload)}): ${next}`);
        if (after === undefined) return;
        const timer = setTimeout(() => {
          this.#timers.delete(timer);
          this.invokeLater(functionName, event, retries, attempt + 1);
        }, after);
        this.#timers.add(timer);
      });
  }

  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function reasonOf(payload: unknown): string {
  if (payload instanceof Error) return payload.message;
  const message =
    typeof payload === 'object' && payload !== null && 'errorMessage' in payload ? payload.errorMessage : '';
  return typeof message === 'string' && message !== '' ? message : 'no reason given';
}
