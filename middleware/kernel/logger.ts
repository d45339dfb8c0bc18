// The small face of a logger that flyball needs; without one given it writes JSON lines itself, rarely.
import type { Clock } from './clock.ts';
import { current } from './current.ts';
import { controlledLevel, deployedLevel, isWritten, levelNamed, type LogLevel } from './log-level.ts';
import { runtimeTraceId } from './runtime-trace.ts';

/** Structurally compatible with Powertools Logger and with `console`. */
export interface Logger {
  debug?(message: string, fields: Record<string, unknown>): void;
  info(message: string, fields: Record<string, unknown>): void;
  warn(message: string, fields: Record<string, unknown>): void;
  error(message: string, fields: Record<string, unknown>): void;
}

/** A logger whose level can be changed while it runs, as that of Powertools Logger can. */
export interface LevelledLogger extends Logger {
  getLevelName(): string;
  setLogLevel(level: string): void;
}

export function isLevelled(logger: Logger): logger is LevelledLogger {
  const { getLevelName, setLogLevel } = logger as Partial<LevelledLogger>;
  return typeof getLevelName === 'function' && typeof setLogLevel === 'function';
}

/** Its level is what the environment says, as with Powertools Logger: where Lambda controls it, nothing changes it. */
export function jsonLogger(
  clock: Clock,
  write: (line: string) => void,
  env: Readonly<Record<string, string | undefined>> = process.env,
): LevelledLogger & Required<Logger> {
  const controlled = controlledLevel(env);
  let level = controlled ?? deployedLevel(env);
  const line = (ofLevel: LogLevel) => (message: string, fields: Record<string, unknown>) => {
    if (!isWritten(ofLevel, level)) return;
    const timestamp = new Date(clock.now()).toISOString();
    write(`${JSON.stringify({ level: ofLevel, timestamp, message, ...fields })}\n`);
  };
  return {
    debug: line('DEBUG'),
    info: line('INFO'),
    warn: line('WARN'),
    error: line('ERROR'),
    getLevelName: () => level,
    setLogLevel(name) {
      level = controlled ?? levelNamed(name) ?? level;
    },
  };
}

/** The logger of an instance. */
export interface InstanceLogger extends Required<Logger> {
  /** The one it was given, which other code may write to as well. */
  readonly beneath: Logger;
}

/**
 * The logger with `base` on every line, so that the lines of many instances can be told apart, and with the request and
 * the trace that a line is about. `service` would not do as a name: Powertools keeps it for the function's own, and drops
 * any other with a warning.
 */
export function loggerWith(logger: Logger, base: Readonly<Record<string, unknown>>): InstanceLogger {
  const all = (fields: Record<string, unknown>) => ({ ...base, ...idsNow(), ...fields });
  return {
    beneath: logger,
    debug: (message, fields) => unheard(() => logger.debug?.(message, all(fields))),
    info: (message, fields) => unheard(() => logger.info(message, all(fields))),
    warn: (message, fields) => unheard(() => logger.warn(message, all(fields))),
    error: (message, fields) => unheard(() => logger.error(message, all(fields))),
  };
}

/** A logger that throws costs its line, and never the request that the line is about. */
function unheard(log: () => void): void {
  try {
    log();
  } catch {
    // There is nobody to tell.
  }
}

/** Of the invocation this code runs in, under the names of Powertools. */
function idsNow(): Record<string, string> {
  const requestId = current()?.requestId;
  if (!requestId) return {};
  const traceId = runtimeTraceId();
  return { function_request_id: requestId, ...(traceId === undefined ? {} : { xray_trace_id: traceId }) };
}

/** An error as log fields: its name and message, never its fields, which may hold secrets. */
export function errorFields(error: unknown): Record<string, unknown> {
  return error instanceof Error ? { error: error.name, reason: error.message } : { error: String(error) };
}
