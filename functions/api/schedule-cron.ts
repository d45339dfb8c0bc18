// What a schedule is, five-field cron, and the one place where an expression meets croner's parser.
import { Cron } from 'croner';

/** When something is due. Every time is in ms since the epoch. */
export interface Schedule {
  /** `rate` counts from a start of its own (the anchor); `cron` names times of the clock. */
  readonly kind: 'cron' | 'rate';
  /** The distance between two slots in ms; undefined for `cron`, whose distances differ. */
  readonly everyMs: number | undefined;
  /** The first slot after `afterMs`, or undefined when there is none any more. */
  next(afterMs: number): number | undefined;
  /** The last slot before `beforeMs`, or undefined when there was none. */
  previous(beforeMs: number): number | undefined;
  /** The schedule in words, for people. */
  describe(): string;
}

/**
 * Five-field cron as Vixie cron has it, its daylight-saving rules included: a fixed time that the clock skips comes at
 * the end of the gap, one that the clock repeats comes once, and what comes every so often goes on through both.
 * @throws {RangeError} saying what is wrong.
 */
export function fiveFieldCron(text: string, timezone: string): Schedule {
  const fields = text.split(/\s+/);
  if (fields.length !== 5) {
    throw new RangeError(
      `"${text}" is not a schedule; write five cron fields (0 2 * * *), cron(0 2 * * ? *) or rate(5 minutes)`,
    );
  }
  const cron = compile(() => new Cron(fields.join(' '), { mode: '5-part', timezone, paused: true }), text);
  return {
    kind: 'cron',
    everyMs: undefined,
    next: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime(),
    previous: (beforeMs) => cron.previousRuns(1, new Date(beforeMs))[0]?.getTime(),
    describe: () => `${text} in ${timezone}`,
  };
}

/** Runs croner's parser; its reasons become ours. */
export function compile(parse: () => Cron, text: string): Cron {
  try {
    return parse();
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    throw new RangeError(`"${text}" is not a schedule: ${reason}`, { cause: error });
  }
}
