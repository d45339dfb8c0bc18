// The local world as a Serverless plugin for `serverless offline start`. Inert in every other command: it has hooks only.
import { join } from 'node:path';
import { stop as stopEsbuild } from 'esbuild';
import Lambda from 'serverless-offline/lambda';
import { failAsOnAws } from './failures.ts';
import { authorizersOf, leaveOutPython } from './languages.ts';
import { Rooms } from './rooms.ts';
import { withPreflights } from './preflights.ts';
import { PortTaken, portsFrom, PortUnfit } from './ports.ts';
import type { Options, Serverless } from './serverless.ts';
import { localDir, type LocalWorldState } from './state-file.ts';
import { World } from './world.ts';

/** What API Gateway waits for a function, s. On AWS no function's own limit pays for a cold start; here it does. */
const HTTP_TIMEOUT_S = 30;

/** Calls of one function that run at once: several workers share the work, and two cores still start them quickly. */
const CONCURRENCY = 10;

/** `FLYBALL_LOCAL_PATIENCE` multiplies the time limits of functions, on a machine that is slow; 1, the default, to 100. */
function patienceOf(env: NodeJS.ProcessEnv): number {
  const patience = Number(env['FLYBALL_LOCAL_PATIENCE'] || 1);
  if (patience >= 1 && patience <= 100) return patience;
  throw new Error(`FLYBALL_LOCAL_PATIENCE is ${env['FLYBALL_LOCAL_PATIENCE']}: it takes a number from 1 to 100`);
}

/** Whether a changed source is built anew; `FLYBALL_WATCH=off` is for tests. */
const isWatched = (env: NodeJS.ProcessEnv): boolean => env['FLYBALL_WATCH'] !== 'off';

export default class LocalWorld {
  readonly #serverless: Serverless;
  readonly #options: Options;
  #world: World | undefined;
  #stopTraffic: (() => void) | undefined;
  #ready = false;
  #stopping = false;

  readonly commands = {
    offline: {
      commands: {
        start: {
          options: { traffic: { usage: 'Send a steady, varied load through the examples', type: 'boolean' } },
        },
      },
    },
  };

  readonly hooks = {
    // Before serverless-esbuild reads where to build.
    initialize: () => this.#buildApart(),
    'before:offline:start:init': () => this.#orExit(() => this.#start()),
    'after:offline:start:init': () => this.#orExit(() => this.#open()),
    'offline:start:end': () => this.#stop(),
    // Another plugin failed, e.g. at bundling: what listens would keep the process from ending.
    error: (error: unknown) => this.#orExit(() => (this.#world ? Promise.reject(asError(error)) : this.#endBuilds())),
  };

  constructor(serverless: Serverless, options: Options) {
    this.#serverless = serverless;
    this.#options = options;
  }

  /** `serverless package` removes the folder it builds in: a running world builds in its own. */
  #buildApart(): void {
    const { custom } = this.#serverless.service;
    if (!process.argv.includes('offline')) return;
    custom['esbuild'] = {
      ...custom['esbuild'],
      outputWorkFolder: join(localDir(process.env), 'build'),
      // Reloading ends the calls under way, so that only sources are watched, and nothing for a test.
      watch: {
        pattern: isWatched(process.env) ? ['functions/**/*.ts', 'middleware/**/*.ts', 'store/**/*.ts'] : [],
        ignore: ['node_modules'],
      },
    };
  }

  async #start(): Promise<void> {
    const { service } = this.#serverless;
    const ports = portsFrom(process.env);
    const own = `http://127.0.0.1:${String(ports.http)}`;
    service.custom['serverless-offline'] = {
      ...service.custom['serverless-offline'],
      httpPort: ports.http,
      lambdaPort: ports.lambda,
      corsAllowOrigin: own,
    };
    // Left alone, serverless-offline lets pages of any origin send requests here, with credentials.
    service.provider.httpApi = { ...service.provider.httpApi, cors: { allowedOrigins: [own] } };
    this.#guard();
    this.#world = new World({
      service,
      ports,
      dir: localDir(process.env),
      env: process.env,
      log,
      concurrency: CONCURRENCY,
    });
    await this.#world.startEmulators();
    const authorizers = authorizersOf(service);
    failAsOnAws(Lambda, log, new Rooms(CONCURRENCY), authorizers, this.#world.tracing());
    leaveOutPython(service, log);
    const patience = patienceOf(process.env);
    for (const [key, definition] of Object.entries(service.functions)) {
      const answersHttp = authorizers.has(key) || definition.events.some((event) => 'httpApi' in event);
      const timeoutS = answersHttp ? HTTP_TIMEOUT_S : (definition.timeout ?? service.provider.timeout);
      if (timeoutS !== undefined) definition.timeout = timeoutS * patience;
      // These are ours: serverless-offline's own schedules are an hour and a weekday off.
      definition.events = withPreflights(definition.events.filter((event) => !('schedule' in event)));
    }
  }

  async #open(): Promise<void> {
    const state = await this.#world?.open();
    if (!state) return;
    this.#ready = true;
    if (!isWatched(process.env)) {
      // Nothing is built again: what esbuild keeps for that is 2 GB.
      await this.#endBuilds();
      await stopEsbuild();
    }
    if (this.#options.traffic) {
      const { startTraffic } = await import('./traffic.ts');
      this.#stopTraffic = startTraffic(state, log);
    }
    console.log(announcement(state));
  }

  async #stop(): Promise<void> {
    this.#stopTraffic?.();
    await this.#world?.stop();
    // esbuild's process takes the end of ours, while it still holds builds, for a deadlock of its own and says so at length.
    await this.#endBuilds();
  }

  /** A command that has failed does not end while esbuild's process holds builds. */
  async #endBuilds(): Promise<void> {
    for (const plugin of this.#serverless.pluginManager.getPlugins()) await plugin.disposeContexts?.();
  }

  /** A function's stray error must not end the world; a signal before it is ready ends it without leftovers. */
  #guard(): void {
    process.on('worker', (worker) => {
      worker.on('error', (error: Error) => log(`a function's worker ended: ${error.stack ?? error.message}`));
    });
    process.on('unhandledRejection', (reason) => {
      log(`unhandled: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`);
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (!this.#stopping) console.error(`flyball is stopping (${signal})`);
        this.#stopping = true;
        if (!this.#ready) void this.#stop().then(() => process.exit(1));
      });
    }
  }

  /** A throw would leave the process hanging on what already listens. */
  async #orExit(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      const plain = error instanceof PortTaken || error instanceof PortUnfit;
      console.error(plain ? error.message : asError(error).stack);
      await this.#stop();
      process.exit(1);
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function log(message: string): void {
  console.error(`flyball: ${message}`);
}

function announcement(state: LocalWorldState): string {
  return [
    '',
    'flyball is ready',
    `  HTTP      ${state.http}`,
    `  console   ${state.http}/console  sign in with the admin token`,
    `  Lambda    ${state.lambda}`,
    `  DynamoDB  ${state.dynamodb}  table ${state.table}, process ${String(state.dynamodbPid)}`,
    `  SQS       ${state.sqs}  queue ${state.queueUrl}`,
    `  S3        ${state.s3}  bucket ${state.bucket}`,
    `  alerts    ${state.alerts}/messages  what somebody was told, by the routing at ${state.http}/v1/alerts/routing`,
    `  X-Ray     ${state.xray}  traces at ${state.http}/v1/telemetry/traces`,
    `  admin token  ${state.adminToken}`,
    '',
  ].join('\n');
}
