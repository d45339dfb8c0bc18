// The same in one call.
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { flyball, governed, type Logger, type RuleDocument } from 'flyball';

const quiet: Logger = { info: () => {}, warn: () => {}, error: () => {} };
export const noRules: RuleDocument = { apiVersion: 'flyball/v1', service: 'shop' };

export const handler = governed<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>(
  { service: 'shop', logger: quiet },
  async (event, context) => {
    const rate = await flyball.run('fx-rates', () => Promise.resolve(1.5), { idempotent: true });
    const { service, revision } = context.flyball;
    return { statusCode: 200, body: JSON.stringify({ path: event.rawPath, rate, service, revision }) };
  },
);
