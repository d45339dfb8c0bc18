// Governs a function by its environment variables alone, around the handler it has.
import { flyball, governed, type GovernOptions } from '../govern.ts';
import { systemClock } from '../kernel/clock.ts';
import { Misused } from '../kernel/errors.ts';
import { errorFields, jsonLogger, type Logger } from '../kernel/logger.ts';
import { loadHandler, type AnyHandler } from './load.ts';

/** How `awslambda.streamifyResponse` marks a handler for the runtime. */
const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The function's handler, governed. One that cannot be governed is given as it is, and so it is when flyball itself
 * cannot begin: both are said in the log.
 * @throws {Misused} when there is no handler to give, and with `FLYBALL_ACCESS=required` when it cannot be governed; and
 * whatever the function's own module throws.
 */
export async function shimmed(env: Environment, logger: Logger = ownLogger()): Promise<AnyHandler> {
  const name = env['FLYBALL_HANDLER'];
  // It would wait for itself.
  if (name !== undefined && name !== '' && name === env['_HANDLER']) {
    throw new Misused(
      `FLYBALL_HANDLER is "${name}", the layer's own handler: set it to the one the function had before`,
    );
  }
  const handler = await loadHandler(name, env['LAMBDA_TASK_ROOT'] ?? process.cwd());
  const access = accessOf(env);
  if (env['FLYBALL_DISABLED'] === '1' && !access) return handler;
  const reason = reasonAgainst(handler);
  if (reason !== undefined) {
    if (access) throw new Misused(`FLYBALL_ACCESS is "required", and flyball cannot govern "${name}": ${reason}`);
    logger.warn('flyball does not govern this function', { handler: name, reason });
    return handler;
  }
  try {
    const governing = governed({ ...optionsOf(env), ...(access ? { access } : {}), logger }, handler);
    await flyball.ready();
    return governing as AnyHandler;
  } catch (error) {
    // Then the function must not start rather than let everybody in.
    if (access) throw error;
    logger.error('flyball does not govern this function', { handler: name, ...errorFields(error) });
    return handler;
  }
}

/** @throws {Misused} on anything but `required`: what lets in must not be opened by a slip. */
function accessOf(env: Environment): 'required' | undefined {
  const access = env['FLYBALL_ACCESS'];
  if (access === undefined || access === '') return undefined;
  if (access === 'required') return access;
  throw new Misused(`FLYBALL_ACCESS: "${access}" means nothing; write required, or leave it out`);
}

function reasonAgainst(handler: AnyHandler): string | undefined {
  if (STREAMING in handler) return 'its response is a stream';
  // The runtime goes by the same number, and nodejs24.x refuses such a handler.
  if (handler.length >= 3) return 'it takes a callback: make it an async function of event and context';
  return undefined;
}

function optionsOf(env: Environment): GovernOptions {
  const given = (name: string) => env[name] || undefined;
  const service = given('FLYBALL_SERVICE');
  if (service === undefined) throw new Misused('FLYBALL_SERVICE is missing: set it to the service whose rules apply');
  const [job, bootstrap, flush] = [given('FLYBALL_JOB'), given('FLYBALL_BOOTSTRAP'), given('FLYBALL_FLUSH')];
  return {
    service,
    ...(job === undefined ? {} : { job }),
    ...(bootstrap === undefined ? {} : { bootstrap }),
    // Whatever else stands there is refused where the option is read.
    ...(flush === undefined ? {} : { flush: flush as 'after-response' }),
  };
}

function ownLogger(): Logger {
  return jsonLogger(systemClock, (line) => process.stdout.write(line));
}
