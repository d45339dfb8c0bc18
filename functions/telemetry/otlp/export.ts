// Sends minutes to an OpenTelemetry collector, at most once each, if the environment names one.
import type { Clock } from '../../../middleware/kernel/clock.ts';
import { errorFields, type Logger } from '../../../middleware/kernel/logger.ts';
import type { SlotData } from '../sums/data.ts';
import type { Exporter } from '../merge/tick.ts';
import { otlpRequest } from './request.ts';

/** The merge waits no longer for one minute of one service. */
const TIME_LIMIT_MS = 2_000;
/** After a failure, minutes are dropped for so long: a collector that is away must not take the merge's time. */
const PAUSE_MS = 30_000;

export type ExportMinute = (service: string, from: number, slot: SlotData) => Promise<void>;

export interface OtlpParts {
  /** `FLYBALL_OTLP_ENDPOINT`, `FLYBALL_OTLP_HEADERS` and `FLYBALL_CELL` are looked at. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * What sends a minute that is merged for good; it never rejects. Undefined unless `FLYBALL_OTLP_ENDPOINT` is set.
 * @throws {Error} when that is no URL, or the headers are not written as they should.
 */
export function otlpExport({ environment, clock, logger }: OtlpParts): ExportMinute | undefined {
  const endpoint = environment['FLYBALL_OTLP_ENDPOINT'];
  if (endpoint === undefined || endpoint === '') return undefined;
  const url = urlOf(endpoint);
  const headers = { 'content-type': 'application/json', ...headersOf(environment['FLYBALL_OTLP_HEADERS'] ?? '') };
  const cell = environment['FLYBALL_CELL'] ?? '';
  let pausedUntil = -Infinity;

  return async (service, from, slot) => {
    if (clock.now() < pausedUntil) return;
    const body = JSON.stringify(otlpRequest(service, cell, from, slot));
    try {
      const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(TIME_LIMIT_MS) });
      const said = (await response.text()).slice(0, 500);
      if (!response.ok) throw new Error(`the collector answered ${response.status}: ${said}`);
    } catch (error) {
      pausedUntil = clock.now() + PAUSE_MS;
      const minute = new Date(from).toISOString();
      logger.warn('a minute did not reach the OpenTelemetry collector', { of: service, minute, ...errorFields(error) });
    }
  };
}

/** The same as the merge takes it; none unless an endpoint is set. */
export function openTelemetry(parts: OtlpParts): Exporter[] {
  const exportMinute = otlpExport(parts);
  return exportMinute
    ? [(_table, service, from, data) => Promise.resolve(() => exportMinute(service, from, data))]
    : [];
}

function urlOf(endpoint: string): string {
  try {
    return `${new URL(endpoint).href.replace(/\/+$/, '')}/v1/metrics`;
  } catch {
    throw new Error('FLYBALL_OTLP_ENDPOINT is no URL: write https://collector.example:4318, /v1/metrics is added');
  }
}

/** `name=value,name=value`, values percent-encoded, as OpenTelemetry's own settings are. */
function headersOf(text: string): Record<string, string> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair, i): [string, string] => {
      const equals = pair.indexOf('=');
      // What is written there may be a secret: it is not repeated.
      if (equals < 1) throw new Error(`FLYBALL_OTLP_HEADERS: part ${i + 1} is not written as name=value`);
      return [pair.slice(0, equals).trim().toLowerCase(), decodeURIComponent(pair.slice(equals + 1).trim())];
    }),
  );
}
