// Where the local world listens, and how it says that a port is taken.
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';

export interface Ports {
  http: number;
  lambda: number;
  dynamodb: number;
  sqs: number;
  s3: number;
  xray: number;
  alerts: number;
}

const DEFAULTS: Record<keyof Ports, { variable: string; port: number; part: string }> = {
  http: { variable: 'PORT', port: 3000, part: 'HTTP' },
  lambda: { variable: 'FLYBALL_LAMBDA_PORT', port: 3002, part: 'Lambda' },
  dynamodb: { variable: 'FLYBALL_DYNAMODB_PORT', port: 8000, part: 'DynamoDB' },
  sqs: { variable: 'FLYBALL_SQS_PORT', port: 4566, part: 'SQS' },
  s3: { variable: 'FLYBALL_S3_PORT', port: 4569, part: 'S3' },
  xray: { variable: 'FLYBALL_XRAY_PORT', port: 2000, part: 'X-Ray' },
  alerts: { variable: 'FLYBALL_ALERTS_PORT', port: 4580, part: 'alerts' },
};

/** A port of the local world is in use by another process. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken';
  readonly code = 'PORT_TAKEN';

  constructor(part: string, port: number, variable: string) {
    super(
      `Port ${String(port)} (${part}) is taken by another process. ` +
        `Stop that process, or start with another port: ${variable}=${String(port + 1)} npm start`,
    );
  }
}

/** The environment names a port that cannot be, or one port twice. */
export class PortUnfit extends Error {
  override readonly name = 'PortUnfit';
  readonly code = 'PORT_UNFIT';
}

/** Reads the ports from the environment. Throws PortUnfit, which names the variable, when one is not a port number. */
export function portsFrom(env: Readonly<Record<string, string | undefined>>): Ports {
  const port = (name: keyof Ports): number => {
    const { variable, port: fallback } = DEFAULTS[name];
    const text = env[variable];
    if (text === undefined || text === '') return fallback;
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > 65_535) {
      throw new PortUnfit(`${variable}=${text} is not a port: give a whole number from 1 to 65535.`);
    }
    return value;
  };
  return {
    http: port('http'),
    lambda: port('lambda'),
    dynamodb: port('dynamodb'),
    sqs: port('sqs'),
    s3: port('s3'),
    xray: port('xray'),
    alerts: port('alerts'),
  };
}

/** Throws PortTaken for the first port that something listens on, and PortUnfit when two parts share one. */
export async function requireFree(ports: Ports): Promise<void> {
  const seen = new Map<number, string>();
  for (const name of Object.keys(DEFAULTS) as (keyof Ports)[]) {
    const { part, variable } = DEFAULTS[name];
    const port = ports[name];
    const other = seen.get(port);
    if (other !== undefined) {
      throw new PortUnfit(`${variable} and ${other} are both ${String(port)}: give each its own.`);
    }
    seen.set(port, variable);
    if (!(await isFree(port)) || (name === 'xray' && !(await canBind(port)))) {
      throw new PortTaken(part, port, variable);
    }
  }
}

async function isFree(port: number): Promise<boolean> {
  for (const host of ['0.0.0.0', '127.0.0.1']) {
    if (!(await canListen(port, host))) return false;
  }
  return true;
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** The daemon's segments come by UDP. */
function canBind(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createSocket('udp4');
    probe.once('error', () => resolve(false));
    probe.bind({ port, address: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/**
 * Systems take the local ports of connections from 32768 or higher on: a port of those may be taken between the moment it is
 * found free and the one it is listened on.
 */
const CHOSEN_FROM = 10_000;
const CHOSEN_BELOW = 32_768;

/** Free ports, all different, that no connection is given meanwhile. */
export async function freePorts(): Promise<Ports> {
  const chosen = new Set<number>();
  for (const names = Object.keys(DEFAULTS); chosen.size < names.length;) {
    const port = randomInt(CHOSEN_FROM, CHOSEN_BELOW);
    if (!chosen.has(port) && (await isFree(port)) && (await canBind(port))) chosen.add(port);
  }
  const [http = 0, lambda = 0, dynamodb = 0, sqs = 0, s3 = 0, xray = 0, alerts = 0] = chosen;
  return { http, lambda, dynamodb, sqs, s3, xray, alerts };
}

/** Whether anything accepts connections on the port. */
export function answersOn(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
