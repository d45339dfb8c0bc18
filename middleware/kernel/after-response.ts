// The one extension of this process, started when a function asks for `flush: 'after-response'`.
import type { Clock } from './clock.ts';
import { Extension } from './extension.ts';
import { extensionsApi } from './extensions-api.ts';
import type { Logger } from './logger.ts';

const NAME = 'flyball';

let extension: Extension | undefined;
let started: Promise<void> | undefined;

/** The extension, registered during init; undefined, and said so, where the platform has none for us. */
export function startExtension(env: NodeJS.ProcessEnv, clock: Clock, logger: Logger): Extension | undefined {
  if (started) return extension;
  const address = env['AWS_LAMBDA_RUNTIME_API'];
  // Managed Instances are never frozen, and fail an init that registers for INVOKE.
  const managed = env['AWS_LAMBDA_INITIALIZATION_TYPE'] === 'lambda-managed-instances';
  if (managed || address === undefined || address === '') {
    const reason = managed ? 'Managed Instances take no extension for INVOKE' : 'AWS_LAMBDA_RUNTIME_API is not set';
    logger.warn('flyball sends its syncs before the response: no extension', { reason });
    started = Promise.resolve();
    return undefined;
  }
  extension = new Extension(clock, logger);
  started = extension.start(extensionsApi(address), NAME);
  return extension;
}

/** Resolves when the registration has ended, well or not; at once when there is none. */
export function extensionStarted(): Promise<void> {
  return started ?? Promise.resolve();
}

export function tellBegin(requestId: string): void {
  extension?.begin(requestId);
}

export function tellEnd(requestId: string): void {
  extension?.end(requestId);
}
