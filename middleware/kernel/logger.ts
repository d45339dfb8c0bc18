// The small face of a logger that flyball needs; without one given it writes JSON lines itself, rarely.
import type { Clock } from './clock.ts';

/** Structurally compatible with Powertools Logger and with `console`. */
export interface Logger {
  info(message: string, fields: Record<string, unknown>): void;
  warn(message: string, fields: Record<string, unknown>): void;
  error(message: string, fields: Record<string, unknown>): void;
}

export function jsonLogger(clock: Clock, write: (line: string) => void): Logger {
  const line = (level: string) => (message: string, fields: Record<string, unknown>) =>
    write(`${JSON.stringify({ level, timestamp: new Date(clock.now()).toISOString(), message, ...fields })}\n`);
  return { info: line('INFO'), warn: line('WARN'), error: line('ERROR') };
}

/**
 * The logger with `base` on every line, so that the lines of many instances can be told apart. `service` would not do
 * as a name: Powertools keeps it for the function's own, and drops any other with a warning.
 */
export function loggerWith(logger: Logger, base: Readonly<Record<string, unknown>>): Logger {
  return {
    info: (message, fields) => logger.info(message, { ...base, ...fields }),
    warn: (message, fields) => logger.warn(message, { ...base, ...fields }),
    error: (message, fields) => logger.error(message, { ...base, ...fields }),
  };
}

/** An error as log fields: its name and message, never its fields, which may hold secrets. */
export function errorFields(error: unknown): Record<string, unknown> {
  return error instanceof Error ? { error: error.name, reason: error.message } : { error: String(error) };
}
