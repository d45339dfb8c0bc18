// What flyball logs during a test, kept in place of being written.
import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** Epoch ms. */
  readonly at: number;
}

export function keptLog(clock: Clock): { readonly logger: Logger; readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const keep = (level: LogLine['level']) => (message: string, fields: Record<string, unknown>) => {
    lines.push({ level, message, fields, at: clock.now() });
  };
  return { logger: { info: keep('info'), warn: keep('warn'), error: keep('error') }, lines };
}
