// Which log lines are written: levels as Powertools Logger has them, from the same environment variables.

/** The levels that rules can ask for, the most talkative first. */
export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** All that the environment may name; what stands lower is written less. */
const THRESHOLDS = { TRACE: 6, DEBUG: 8, INFO: 12, WARN: 16, ERROR: 20, CRITICAL: 24, SILENT: 28 } as const;

type LevelName = keyof typeof THRESHOLDS;

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether a line of one level is written at another. */
export function isWritten(line: LogLevel, at: LevelName): boolean {
  return THRESHOLDS[line] >= THRESHOLDS[at];
}

/** What Lambda's advanced logging controls have set for the function: nobody else may then change it. */
export function controlledLevel(env: Environment): LevelName | undefined {
  const level = env['AWS_LAMBDA_LOG_LEVEL'];
  return levelNamed(level === 'FATAL' ? 'CRITICAL' : level);
}

/** The level that a function is deployed with. */
export function deployedLevel(env: Environment): LevelName {
  return levelNamed(env['POWERTOOLS_LOG_LEVEL'] || env['LOG_LEVEL']) ?? 'INFO';
}

export function isLogLevel(name: string | undefined): name is LogLevel {
  return LOG_LEVELS.some((level) => level === name);
}

/** In any case of letters; undefined for what is no level. */
export function levelNamed(name: string | undefined): LevelName | undefined {
  const level = name?.toUpperCase();
  return level !== undefined && Object.hasOwn(THRESHOLDS, level) ? (level as LevelName) : undefined;
}
