// What the published rules of services say CloudWatch is told, looked up now and then.
import { errorFields, type Logger } from '../../../middleware/kernel/logger.ts';
import { readDocument, readHead } from '../../../store/items/rules.ts';
import type { Table } from '../../../store/port.ts';
import type { MetricsMode } from './emf.ts';

const LOOKED_UP_EVERY_MS = 5 * 60_000;
const MOST_SERVICES = 10_000;

interface LookedUp {
  readonly atMs: number;
  readonly revision: number;
  readonly mode: MetricsMode;
}

/** Kept from tick to tick: a rule that is changed takes some minutes to be followed. */
export class MetricsModes {
  readonly #modes = new Map<string, LookedUp>();

  /** What was known before, or the default, while rules cannot be read. */
  async of(table: Table, service: string, nowMs: number, logger: Logger): Promise<MetricsMode> {
    const known = this.#modes.get(service);
    if (known && nowMs - known.atMs < LOOKED_UP_EVERY_MS) return known.mode;
    try {
      const revision = (await readHead(table, service))?.revision ?? 0;
      const mode = known?.revision === revision ? known.mode : await modeIn(table, service, revision);
      if (this.#modes.size >= MOST_SERVICES) this.#modes.clear();
      this.#modes.set(service, { atMs: nowMs, revision, mode });
      return mode;
    } catch (error) {
      logger.warn('what the rules say of metrics could not be read', { of: service, ...errorFields(error) });
      return known?.mode ?? 'service';
    }
  }
}

async function modeIn(table: Table, service: string, revision: number): Promise<MetricsMode> {
  if (revision === 0) return 'service';
  const document = (await readDocument(table, service, revision, 0)) as {
    readonly telemetry?: { readonly metrics?: MetricsMode };
  };
  return document.telemetry?.metrics ?? 'service';
}
