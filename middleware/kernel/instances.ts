// Makes the one instance of a service in this environment, from what the environment and the developer give.
import { signedTable } from '../../store/adapters/signed.ts';
import { guardedTable } from '../../store/guard.ts';
import { StoreUnavailable, type Table } from '../../store/port.ts';
import { startExtension } from './after-response.ts';
import { systemClock, systemRandom, type Clock, type Random } from './clock.ts';
import { Misused } from './errors.ts';
import { Instance, type InstanceOptions } from './instance.ts';
import { jsonLogger, loggerWith, type Logger } from './logger.ts';
import { requireSame } from './options.ts';
import type { RuleDocument } from './rules/document.ts';
import { storeLimitMs } from './patience.ts';
import { parseDuration } from './units.ts';

/** A rule document as `import rules from './flyball.rules.json'` gives it. */
export interface BootstrapRules {
  readonly apiVersion: string;
  readonly service: string;
  readonly [section: string]: unknown;
}

export interface GovernOptions {
  /** The service whose rules govern this function. */
  readonly service: string;
  /** Rules packaged with the function, used until the store answers: a document, or the path of a JSON file. */
  readonly bootstrap?: string | BootstrapRules;
  /**
   * Rules and breaker views older than this are awaited before they are used: `10s` by default, or `FLYBALL_MAX_STALE`.
   */
  readonly maxStale?: string;
  /**
   * When what flyball still has to send is awaited: `before-response` (default), or `after-response`, which keeps the
   * environment awake with an in-process extension. That time is billed, and delays the environment's next invocation.
   */
  readonly flush?: 'before-response' | 'after-response';
  readonly logger?: Logger;
  /** For tests: time, chance and the table, instead of the machine's and the one `FLYBALL_TABLE` names. */
  readonly clock?: Clock;
  readonly random?: Random;
  readonly table?: Table;
  /** For tests: an instance made before, in place of this environment's own. */
  readonly instance?: Instance;
}

/** By service, with what the first who asked for it wanted. */
const instances = new Map<string, { readonly instance: Instance; readonly options: GovernOptions }>();
/** Instances of a test that handlers are given in place of their own, by service. */
const standIns = new Map<string, { readonly instance: Instance; asked: boolean }>();

/**
 * The instance for these options. A service has one per environment (per worker thread), shared by all its governed
 * handlers; options that replace time, chance or the table make one of their own.
 * @throws {Misused} when the options cannot be meant: no service name, a bootstrap file that is not there, others than the
 * instance has.
 */
export function instanceFor(options: GovernOptions): Instance {
  requireNode();
  if (options.instance) return sameService(options.instance, options.service);
  const given = standIns.get(options.service);
  if (given) {
    given.asked = true;
    return given.instance;
  }
  const ownParts = options.clock ?? options.random ?? options.table;
  const known = ownParts ? undefined : instances.get(options.service);
  if (known) return knownInstance(known, options);
  const instance = create(options);
  if (!ownParts) instances.set(options.service, { instance, options });
  return instance;
}

function knownInstance(
  known: { readonly instance: Instance; readonly options: GovernOptions },
  options: GovernOptions,
) {
  const { instance } = known;
  requireSame(known.options, options);
  if (options.logger && options.logger !== instance.logger.beneath) {
    const reason = 'all middlewares of a service share one instance: give each the same logger';
    instance.logger.warn('flyball goes on logging with the logger that it was given first', { reason });
  }
  return instance;
}

function sameService(instance: Instance, service: string): Instance {
  if (instance.service === service) return instance;
  throw new Misused(`the instance is one of the service "${instance.service}", not of "${service}"`);
}

/**
 * From now on whoever asks for its service's instance is given this one, until the returned function ends it; that tells
 * whether anybody has asked.
 * @throws {Misused} while another one stands in for the same service.
 */
export function standIn(instance: Instance): () => boolean {
  const { service } = instance;
  if (standIns.has(service)) throw new Misused(`another instance already stands in for the service "${service}"`);
  const entry = { instance, asked: false };
  standIns.set(service, entry);
  return () => {
    standIns.delete(service);
    return entry.asked;
  };
}

/** @throws {Misused} on a Node that lacks what this library is written with; it would fail later, and say less. */
function requireNode(): void {
  const version = process.versions.node;
  if (Number.parseInt(version, 10) < 22) throw new Misused(`flyball needs Node 22.18 or newer, and this is ${version}`);
}

function create(options: GovernOptions): Instance {
  const { env } = process;
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const logger = loggerOf(options) ?? jsonLogger(clock, (line) => process.stdout.write(line));
  const table = options.table ?? tableOf(env['FLYBALL_TABLE'], clock);
  const instance = makeInstance({
    service: options.service,
    id: idOf(env['AWS_LAMBDA_LOG_STREAM_NAME'], random),
    clock,
    random,
    table,
    logger,
    functionName: env['AWS_LAMBDA_FUNCTION_NAME'] ?? options.service,
    functionVersion: env['AWS_LAMBDA_FUNCTION_VERSION'] ?? '$LATEST',
    bootstrap: bootstrapOf(options),
    maxStaleMs: maxStaleOf(options, env['FLYBALL_MAX_STALE']),
    extension: flushesAfter(options) ? startExtension(env, clock, loggerWith(logger, {})) : undefined,
  });
  if (!table) {
    const reason = 'FLYBALL_TABLE is not set; it takes the name of the table that rules are published to';
    instance.logger.warn('flyball runs without live rules', { reason });
  }
  return instance;
}

/** @throws {Misused} when it cannot be written to; plain JavaScript may give anything, and a log says too late what it lacks. */
function loggerOf({ logger }: GovernOptions): Logger | undefined {
  if (logger === undefined) return undefined;
  const given = logger as unknown as Readonly<Record<string, unknown>> | null;
  const missing = ['info', 'warn', 'error'].filter((name) => typeof given?.[name] !== 'function');
  if (missing.length === 0) return logger;
  throw new Misused(
    `logger has no ${missing.join(', ')}: give a Powertools Logger, console, or what has these functions`,
  );
}

/** An instance of these parts, behind the store's own breaker, with its rules on their way; without a table, with none. */
export function makeInstance(
  parts: Omit<InstanceOptions, 'storeAway' | 'hasTable' | 'table'> & { readonly table: Table | undefined },
): Instance {
  const { clock } = parts;
  if (!parts.table) return new Instance({ ...parts, table: NO_TABLE, hasTable: false });
  const table = guardedTable(parts.table, clock);
  const instance = new Instance({ ...parts, table, storeAway: () => table.state(clock.now()) !== 'closed' });
  instance.rules.preload();
  return instance;
}

/** @throws {Misused} when the option names no such moment; plain JavaScript may give anything. */
function flushesAfter({ flush }: GovernOptions): boolean {
  if (flush === undefined || flush === 'before-response') return false;
  if (flush === 'after-response') return process.env['FLYBALL_DISABLED'] !== '1';
  throw new Misused(`flush is "${String(flush)}": write before-response or after-response`);
}

/** The log stream names an environment on AWS; worker threads of one environment, and laptops, need the random part. */
function idOf(logStream: string | undefined, random: Random): string {
  const chance = Math.floor(random() * 36 ** 8)
    .toString(36)
    .padStart(8, '0');
  return logStream === undefined ? chance : `${logStream.slice(-8)}-${chance}`;
}

function tableOf(tableName: string | undefined, clock: Clock): Table | undefined {
  if (tableName === undefined || tableName === '') return undefined;
  return signedTable({
    tableName,
    clock,
    defaultTimeoutMs: storeLimitMs(100),
    firstTimeoutMs: storeLimitMs(250),
  });
}

const refuse = () => Promise.reject(new StoreUnavailable('connect', 'there is no table'));
const NO_TABLE: Table = { get: refuse, put: refuse, update: refuse, delete: refuse, query: refuse };

/** @throws {Misused} when the option is no duration; a bad environment variable must not keep a function from starting. */
function maxStaleOf({ maxStale }: GovernOptions, fromEnvironment: string | undefined): number | undefined {
  const text = maxStale ?? fromEnvironment;
  if (text === undefined) return undefined;
  try {
    return parseDuration(text);
  } catch (error) {
    if (maxStale === undefined) return undefined;
    throw new Misused(`maxStale: ${error instanceof Error ? error.message : text}`);
  }
}

/** The packaged rules. They were validated when they were published; what cannot be compiled is left out and said so. */
function bootstrapOf({ bootstrap, service }: GovernOptions): RuleDocument | undefined {
  const document = typeof bootstrap === 'string' ? readBootstrap(bootstrap) : bootstrap;
  if (document && document.service !== service) {
    throw new Misused(`the bootstrap rules are those of service "${document.service}", not of "${service}"`);
  }
  return document as RuleDocument | undefined;
}

function readBootstrap(path: string): BootstrapRules {
  const fs = process.getBuiltinModule('node:fs');
  const file = process.getBuiltinModule('node:path').resolve(process.env['LAMBDA_TASK_ROOT'] ?? process.cwd(), path);
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as BootstrapRules;
  } catch (error) {
    throw new Misused(
      `the bootstrap rules ${file} cannot be read: ${error instanceof Error ? error.message : 'unknown'}`,
    );
  }
}
