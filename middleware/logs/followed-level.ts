// The level of a logger as rules change it, and give it back: one for each instance.
import { isLevelled, type InstanceLogger, type LevelledLogger } from '../kernel/logger.ts';
import type { LogLevel } from '../kernel/log-level.ts';

export class FollowedLevel {
  /** Whether lines of level DEBUG are written, as far as flyball knows. */
  debug: boolean;
  readonly #logger: InstanceLogger;
  /**
   * On Managed Instances, whose invocations share a process, Powertools Logger keeps a level that is set for the one
   * invocation that sets it.
   */
  readonly #keptPerInvocation: boolean;
  #followed: LogLevel | undefined;
  #held: HeldLevel | undefined;
  /** That the level cannot be changed is said once. */
  #told = false;

  constructor(logger: InstanceLogger, env: Readonly<Record<string, string | undefined>>) {
    this.#logger = logger;
    this.#keptPerInvocation = (env['AWS_LAMBDA_MAX_CONCURRENCY'] ?? '') !== '';
    this.debug = isLevelled(logger.beneath) && isTalkative(logger.beneath.getLevelName());
  }

  /** Has the logger write from this level on; from its own without one. Costs a comparison when that is so already. */
  follow(level: LogLevel | undefined): void {
    if (level === this.#followed && !(this.#keptPerInvocation && level !== undefined)) return;
    this.#change(level);
  }

  #change(level: LogLevel | undefined): void {
    this.#followed = level;
    const { beneath } = this.#logger;
    if (!isLevelled(beneath)) {
      if (level !== undefined) this.#cannot(level, 'it has no setLogLevel and getLevelName');
      return;
    }
    this.#held ??= hold(beneath);
    if (level === undefined) {
      this.#held.release();
      this.#held = undefined;
    } else {
      this.#held.set(level);
    }
    const reached = beneath.getLevelName();
    this.debug = isTalkative(reached);
    if (level !== undefined && reached.toUpperCase() !== level) {
      this.#cannot(level, `it stays at ${reached}: Lambda's logging controls (AWS_LAMBDA_LOG_LEVEL) win over rules`);
    }
  }

  #cannot(level: LogLevel, reason: string): void {
    if (this.#told) return;
    this.#told = true;
    this.#logger.warn('flyball cannot change the level of the logger as the rules say', { asked: level, reason });
  }
}

interface HeldLevel {
  set(level: LogLevel): void;
  /** Gives the logger the level that others want. */
  release(): void;
}

/**
 * Keeps others from changing a logger's level, and remembers what they want. Powertools' `injectLambdaContext` puts it
 * back to that of the logger's constructor, or its sampling's, with every warm invocation.
 */
function hold(logger: LevelledLogger): HeldLevel {
  let wanted = logger.getLevelName();
  const set = logger.setLogLevel.bind(logger);
  logger.setLogLevel = (level) => {
    wanted = level;
  };
  return {
    set,
    release() {
      logger.setLogLevel = set;
      set(wanted);
    },
  };
}

function isTalkative(level: string): boolean {
  return /^(debug|trace)$/i.test(level);
}
