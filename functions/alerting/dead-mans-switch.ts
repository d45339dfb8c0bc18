// Tells somebody outside of AWS that the tick has come to its end, by one GET: who misses it knows that nobody is told of
// anything any more. It never fails the tick.
import type { Clock } from '../../middleware/kernel/clock.ts';
import { errorFields, type Logger } from '../../middleware/kernel/logger.ts';

const LIMIT_MS = 2_000;

export interface SwitchParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Undefined or empty when nobody is to be told. */
  readonly url: string | undefined;
  /** Whose certificates are believed beside the usual ones, in PEM. */
  readonly ca?: string | undefined;
}

/** What failed is logged once, and again when it has gone well meanwhile: the address is whoever's who knows it, and in no log. */
export function deadMansSwitch(parts: SwitchParts): () => Promise<void> {
  const { logger, url = '' } = parts;
  let said = false;
  return async () => {
    if (url === '') return;
    try {
      await get(url, parts);
      said = false;
    } catch (error) {
      if (!said) logger.warn('heartbeatUrl could not be told that alerts are looked after', errorFields(error));
      said = true;
    }
  };
}

async function get(url: string, { clock, ca }: SwitchParts): Promise<void> {
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (target?.protocol !== 'https:') throw new TypeError('heartbeatUrl is no https address');
  const { request } = await import('node:https');
  const limit = new AbortController();
  const cancel = clock.after(LIMIT_MS, () => limit.abort(new Error(`no answer within ${String(LIMIT_MS)} ms`)));
  try {
    const status = await new Promise<number>((resolve, reject) => {
      const sent = request(
        target,
        {
          headers: { 'user-agent': 'flyball' },
          // A connection of its own: the next one is a minute away, perhaps on the other side of a freeze.
          agent: false,
          signal: limit.signal,
          ...(ca === undefined ? {} : { ca }),
        },
        (answer) => {
          // Nobody reads on: what becomes of the rest is nobody's business.
          answer.on('error', () => undefined);
          resolve(answer.statusCode ?? 0);
          answer.destroy();
        },
      );
      sent.on('error', reject);
      sent.end();
    });
    if (status < 200 || status > 299) throw new Error(`it answered ${String(status)}, and redirects are not followed`);
  } finally {
    cancel();
  }
}
