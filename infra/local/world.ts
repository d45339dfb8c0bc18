// The local world: emulators, tables, queues, bridges and schedules around serverless-offline, started and stopped as one.
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { FauxqsServer } from 'fauxqs';
import { systemClock, systemRandom } from '../../middleware/kernel/clock.ts';
import { newApiKey } from '../../store/items/api-keys.ts';
import { startAlertReceiver } from './alert-receiver.ts';
import { bridgeBuckets } from './bucket-bridge.ts';
import { startConsole } from './console.ts';
import { type DynamodbKeeper, keepDynamodb } from './dynamodb-keeper.ts';
import { askLambdaAt, CREDENTIALS, pointAtEmulators, resolveEnvironments, tellApart } from './environment.ts';
import { type EventSources, eventSources, RETRIES } from './event-sources.ts';
import { startLocalFauxqs } from './fauxqs.ts';
import { startFunctionList } from './function-list.ts';
import { LocalLambda, type Log } from './lambda.ts';
import { type Ports, requireFree } from './ports.ts';
import { bridgeQueues } from './queue-bridge.ts';
import { noteHeads, type Note, recorder, type RecorderOptions } from './recorder.ts';
import { deadLetterNameOf, queuesOf, tablesOf } from './resources.ts';
import { runSchedules } from './schedules.ts';
import { seedAdminKey, seedAlertRouting, seedRules } from './seed.ts';
import type { Service } from './serverless.ts';
import { newSigningKeys } from './signing-keys.ts';
import { type LocalWorldState, removeState, writeState } from './state-file.ts';
import { type LocalStack, queueUrl } from './template.ts';
import { ensureTables } from './tables.ts';
import { startXRayDaemon } from './xray/daemon.ts';
import { KeptTraces } from './xray/kept-traces.ts';
import { MessageTraces } from './xray/message-traces.ts';
import { LocalTracing, noteTraceHeaders } from './xray/tracing.ts';

/** The account fauxqs puts into ARNs. */
const ACCOUNT = '000000000000';
const GRACE_MS = 2_000;
/** The functions that ask what functions there are, or have one run without waiting for it. */
const ASK_LAMBDA = ['telemetry', 'batchMonitor'];
const RUNTIME_HEADER = new URL('xray/runtime-header.ts', import.meta.url);

export interface WorldOptions {
  readonly service: Service;
  readonly ports: Ports;
  /** Where local.json goes. */
  readonly dir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  /** Calls of one function that run at once. */
  readonly concurrency: number;
}

export class World {
  readonly #options: WorldOptions;
  readonly #stack: LocalStack;
  readonly #adminToken: string;
  readonly #undo: (() => void | Promise<void>)[] = [];
  /** Where functions' calls are noted, when the environment says so. */
  readonly #record: RecorderOptions | undefined;
  readonly #note: Note | undefined;
  readonly #lambda: LocalLambda;
  readonly #traces = new KeptTraces();
  readonly #messageTraces = new MessageTraces();
  #sources: EventSources = { queues: [], buckets: [], schedules: [] };
  #dynamodb: DynamodbKeeper | undefined;
  #s3: FauxqsServer | undefined;
  #state: LocalWorldState | undefined;

  constructor(options: WorldOptions) {
    const { service, ports, env } = options;
    this.#options = options;
    this.#lambda = new LocalLambda(at(ports.lambda), options.log);
    this.#adminToken = env['FLYBALL_ADMIN_TOKEN'] || newApiKey(randomBytes);
    this.#stack = {
      region: service.provider.region,
      account: ACCOUNT,
      name: `${service.service}-${service.provider.stage}`,
      sqs: at(ports.sqs),
      resources: service.resources?.Resources ?? {},
    };
    const { region, account } = this.#stack;
    const file = env['FLYBALL_RECORD_CALLS'];
    this.#record = file ? { file, region, account } : undefined;
    this.#note = this.#record && recorder(this.#record);
  }

  /** Everything functions need before the first of them is loaded. Throws PortTaken. */
  async startEmulators(): Promise<void> {
    const { service, ports, env } = this.#options;
    await requireFree(ports);
    pointAtEmulators(env, this.#stack.region, {
      dynamodb: at(ports.dynamodb),
      sqs: at(ports.sqs),
      s3: at(ports.s3),
      lambda: at(ports.lambda),
      ssm: at(ports.alerts),
      xray: new URL(at(ports.xray)).host,
    });
    this.#sources = eventSources(service, this.#stack);
    resolveEnvironments(service, this.#stack, {
      FLYBALL_HEALTH_URLS: [at(ports.sqs), at(ports.s3)].join(','),
      // Forty cold workers and the table share a laptop's cores: what takes 5 ms on AWS may take a second here. At 5 they
      // start without rules; more than they need makes a silent table hold every worker for as long.
      FLYBALL_STORE_PATIENCE: env['FLYBALL_STORE_PATIENCE'] || '10',
      // Of many workers, most are idle: each looks before it decides, so that what one publishes is what one sees.
      FLYBALL_MAX_STALE: '4s',
      FLYBALL_TRACES_URL: at(ports.xray),
      // On AWS they are in a parameter of Systems Manager, which is not emulated.
      FLYBALL_SIGNING_KEYS: env['FLYBALL_SIGNING_KEYS'] || newSigningKeys(randomBytes),
      FLYBALL_SIGNING_PARAMETER: '',
      // There is no CloudWatch to tell of merged minutes.
      FLYBALL_METRICS_NAMESPACE: '',
      // Into every worker, before its function.
      NODE_OPTIONS: nodeOptions(service),
    });
    if (this.#note) {
      tellApart(service);
      this.#undo.push(noteHeads(ports.lambda, this.#note));
    }
    await this.#startFunctionList();
    await this.#startTraces();
    await this.#startDynamodb();
    await this.#startQueues();
    await this.#startBuckets();
    await this.#startAlerts();
    await this.#startConsole();
  }

  async #startConsole(): Promise<void> {
    const { service, dir, env, log } = this.#options;
    const watched = env['FLYBALL_WATCH'] !== 'off';
    this.#undo.push(await startConsole({ service, folder: resolve(dir, 'console'), watched, log }));
  }

  async #startFunctionList(): Promise<void> {
    const { service, concurrency } = this.#options;
    const { region, account } = this.#stack;
    const definitions = Object.values(service.functions);
    const functions = definitions.map(({ name, handler, runtime = 'nodejs24.x' }) => {
      return { name, handler, runtime, concurrency };
    });
    const retriesOf = (name: string) => definitions.find((one) => one.name === name)?.maximumRetryAttempts ?? RETRIES;
    const runLater = (name: string, event: unknown) => this.#lambda.invokeLater(name, event, retriesOf(name));
    const list = await startFunctionList({ functions, region, account, runLater });
    this.#undo.push(() => list.stop());
    if (this.#note) this.#undo.push(noteHeads(list.port, this.#note));
    for (const key of ASK_LAMBDA) askLambdaAt(list.url, service, key);
  }

  async #startTraces(): Promise<void> {
    const { ports } = this.#options;
    const daemon = await startXRayDaemon(ports.xray, this.#traces);
    this.#undo.push(() => daemon.stop(), noteTraceHeaders([ports.http, ports.lambda]));
  }

  /** Traces the invocations of these functions. */
  tracing(): LocalTracing {
    const { functions } = this.#options.service;
    const { region, account } = this.#stack;
    return new LocalTracing({
      traces: this.#traces,
      clock: systemClock,
      random: systemRandom,
      region,
      account,
      inNode: (key) => !functions[key]?.runtime?.startsWith('python'),
    });
  }

  async #startDynamodb(): Promise<void> {
    const { ports, log } = this.#options;
    this.#dynamodb = await keepDynamodb({
      port: ports.dynamodb,
      path: this.#folder('dynamodb'),
      ...(this.#record ? { record: this.#record } : {}),
      log,
      changed: (pid) => this.#tell(pid),
      prepare: () => this.#prepareTable(),
    });
    this.#undo.push(() => this.#dynamodb?.stop());
    await ensureTables(tablesOf(this.#stack), this.#dynamodb.url);
  }

  async #startQueues(): Promise<void> {
    const { ports, env } = this.#options;
    const kept = env['FLYBALL_DATA_DIR'] ? { dataDir: this.#folder('sqs') } : {};
    const options = { port: ports.sqs, defaultRegion: this.#stack.region, ...kept };
    const sqs = await startLocalFauxqs(options, this.#note, this.#messageTraces);
    this.#undo.push(() => sqs.stop());
    for (const { name, attributes } of queuesOf(this.#stack)) {
      if (!sqs.inspectQueue(name)) sqs.createQueue(name, { attributes });
    }
  }

  async #startBuckets(): Promise<void> {
    const { ports, env, service } = this.#options;
    const kept = env['FLYBALL_DATA_DIR'] ? { dataDir: this.#folder('s3') } : {};
    const s3 = await startLocalFauxqs({ port: ports.s3, messageSpies: { bufferSize: 1 }, ...kept }, this.#note);
    this.#s3 = s3;
    this.#undo.push(() => s3.stop());
    s3.setup({ buckets: Object.values(service.provider.s3 ?? {}).map(({ name }) => name) });
  }

  /** Somebody to tell of alerts. */
  async #startAlerts(): Promise<void> {
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    const receiver = await startAlertReceiver(this.#options.ports.alerts, secret);
    this.#undo.push(() => receiver.stop());
  }

  /** Once functions answer: rules, bridges, schedules, local.json. */
  async open(): Promise<LocalWorldState> {
    const { ports, log, dir } = this.#options;
    const { queues, buckets, schedules } = this.#sources;
    const { region, sqs } = this.#stack;
    await this.#prepareTable();
    await this.#warmUp();

    const lambda = this.#lambda;
    const urlOf = (arn: string) => queueUrl(arn.split(':').pop() ?? '', this.#stack);
    const stopQueues = bridgeQueues(queues, sqs, {
      lambda,
      urlOf,
      log,
      traceOf: (id) => this.#messageTraces.headerOf(id),
    });
    this.#undo.push(() => stopQueues(GRACE_MS));
    if (this.#s3) this.#undo.push(bridgeBuckets(buckets, this.#s3, at(ports.s3), { lambda, region, log }));
    this.#undo.push(runSchedules(schedules, lambda, { region, account: ACCOUNT }), () => lambda.stop());

    this.#state = this.#describe();
    writeState(dir, this.#state);
    this.#undo.push(() => removeState(dir));
    return this.#state;
  }

  /** A first order should not meet two cold starts in a row, which may outlast its rule's patience on a busy laptop. */
  async #warmUp(): Promise<void> {
    const http = at(this.#options.ports.http);
    const reads = ['/v1/health', '/payments/calls', '/orders/none'];
    await Promise.allSettled(reads.map(async (path) => (await fetch(`${http}${path}`)).body?.cancel()));
  }

  async #prepareTable(): Promise<void> {
    await ensureTables(tablesOf(this.#stack), at(this.#options.ports.dynamodb));
    await seedAdminKey(this.#table(), this.#adminToken);
    const { http, alerts } = this.#options.ports;
    await seedRules(at(http), this.#adminToken);
    await seedAlertRouting(at(http), this.#adminToken, at(alerts));
  }

  #describe(): LocalWorldState {
    const { ports, service } = this.#options;
    const parked = new Set(
      Object.values(service.functions).map(({ environment }) => String(environment?.['FLYBALL_PARKING_QUEUE'])),
    );
    const consumed = this.#sources.queues.map(({ queueArn }) => this.#urlsOf(queueArn));
    const work = consumed.find(({ url }) => !parked.has(url));
    const parking = consumed.find(({ url }) => parked.has(url));
    return {
      http: at(ports.http),
      lambda: at(ports.lambda),
      dynamodb: at(ports.dynamodb),
      dynamodbPid: this.#dynamodb?.pid ?? null,
      sqs: at(ports.sqs),
      s3: at(ports.s3),
      xray: at(ports.xray),
      alerts: at(ports.alerts),
      s3Credentials: CREDENTIALS,
      table: this.#table(),
      bucket: Object.values(service.provider.s3 ?? {})[0]?.name ?? '',
      queueUrl: work?.url ?? '',
      dlqUrl: work?.deadLetterUrl ?? '',
      parkingUrl: parking?.url ?? '',
      parkingDlqUrl: parking?.deadLetterUrl ?? '',
      adminToken: this.#adminToken,
      pid: process.pid,
    };
  }

  /** Of a queue and its dead-letter queue; empty for one that it does not have. */
  #urlsOf(queueArn: string): { readonly url: string; readonly deadLetterUrl: string } {
    const name = queueArn.split(':').pop() ?? '';
    const queue = queuesOf(this.#stack).find((each) => each.name === name);
    const dead = queue && deadLetterNameOf(queue);
    return {
      url: queueUrl(name, this.#stack),
      deadLetterUrl: dead === undefined ? '' : queueUrl(dead, this.#stack),
    };
  }

  #table(): string {
    return String(this.#options.service.provider.environment?.['FLYBALL_TABLE']);
  }

  #tell(dynamodbPid: number | undefined): void {
    if (!this.#state) return;
    this.#state = { ...this.#state, dynamodbPid: dynamodbPid ?? null };
    writeState(this.#options.dir, this.#state);
  }

  /** A folder for an emulator's data: kept under FLYBALL_DATA_DIR, else temporary and removed at the end. */
  #folder(name: string): string {
    const kept = this.#options.env['FLYBALL_DATA_DIR'];
    if (kept) {
      const folder = join(kept, name);
      mkdirSync(folder, { recursive: true });
      return folder;
    }
    const folder = mkdtempSync(join(tmpdir(), `flyball-${name}-`));
    this.#undo.push(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }

  /** Undoes, last first, whatever was started; may be called at any time and more than once. */
  async stop(): Promise<void> {
    this.#state = undefined;
    for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop()) {
      try {
        await undo();
      } catch (error) {
        this.#options.log(`while stopping: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}

function nodeOptions({ provider }: Service): string {
  const own = provider.environment?.['NODE_OPTIONS'];
  return `${typeof own === 'string' ? own : ''} --import=${RUNTIME_HEADER.href}`.trim();
}

function at(port: number): string {
  return `http://127.0.0.1:${String(port)}`;
}
