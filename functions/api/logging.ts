// What our own functions log with: Powertools Logger, each line with its service, its request and its trace.
import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';

export function loggerOf(service: string): Logger {
  return new Logger({ serviceName: service });
}

/**
 * The handler, with every line that is logged for an invocation saying which it is, flyball's own among them. Where many
 * are served at once (Managed Instances), Powertools keeps the context of each apart.
 */
export function logged<Event, Result>(
  logger: Logger,
  handler: (event: Event, context: Context) => Promise<Result>,
): (event: Event, context: Context) => Promise<Result> {
  return (event, context) => {
    logger.addContext(context);
    return handler(event, context);
  };
}
