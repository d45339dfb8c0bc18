// The HTTP API as the deploy made it: every route leads to a function that it may invoke.
import { describe, expect, it } from 'vitest';
import { aws } from './aws.ts';
import { STACK } from './cli.ts';

interface Route {
  readonly RouteKey: string;
  readonly Target: string;
  readonly AuthorizationType?: string;
  readonly AuthorizerId?: string;
}

const { Items: apis } = await aws<{ Items: { ApiId: string; Name: string }[] }>('apigatewayv2', 'get_apis');
const [{ ApiId } = { ApiId: '' }] = apis;
const { Items: routes } = await aws<{ Items: Route[] }>('apigatewayv2', 'get_routes', { ApiId });
const { Items: stages } = await aws<{ Items: { AccessLogSettings: { Format: string } }[] }>(
  'apigatewayv2',
  'get_stages',
  { ApiId },
);

it('is one, named like the stack', () => {
  expect(apis.map(({ Name }) => Name)).toEqual([STACK]);
});

describe.each(routes)('$RouteKey', ({ RouteKey, Target }) => {
  it('leads to a function that lets it in', async () => {
    const IntegrationId = Target.replace('integrations/', '');
    const integration = await aws<{ IntegrationUri: string }>('apigatewayv2', 'get_integration', {
      ApiId,
      IntegrationId,
    });
    expect(integration).toMatchObject({ IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0' });
    const { Policy } = await aws<{ Policy: string }>('lambda', 'get_policy', {
      FunctionName: integration.IntegrationUri,
    });
    expect(Policy).toContain('"Service": "apigateway.amazonaws.com"');
    expect(Policy).toContain(`${ApiId}/*`);
  });

  it('is of the control plane or of an example', () => {
    expect(RouteKey).toMatch(
      /^(ANY \/v1\/|ANY \/(metrics|openapi\.json|console)$|ANY \/(configs|configfiles|notifications|ping|api|badge|b|console)\/|(GET|POST) \/orders|(GET|POST|PUT) \/payments|GET \/hello)/,
    );
  });
});

it.each(routes.filter(({ AuthorizerId }) => AuthorizerId !== undefined))(
  '$RouteKey asks the authorizer every time',
  async ({ AuthorizationType, AuthorizerId }) => {
    expect(AuthorizationType).toBe('CUSTOM');
    expect(await aws('apigatewayv2', 'get_authorizer', { ApiId, AuthorizerId })).toMatchObject({
      AuthorizerType: 'REQUEST',
      AuthorizerPayloadFormatVersion: '2.0',
      EnableSimpleResponses: true,
      AuthorizerResultTtlInSeconds: 0,
    });
  },
);

it('bounds what it lets in', () => {
  expect(stages).toMatchObject([
    { StageName: '$default', DefaultRouteSettings: { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 } },
  ]);
});

it('logs requests without what could be secret: no header, no query, no body, no path with its values', () => {
  const [stage] = stages;
  const used = stage?.AccessLogSettings.Format.match(/\$context\.[A-Za-z.]+/g) ?? [];
  expect(used.sort()).toEqual([
    '$context.identity.sourceIp',
    '$context.integrationErrorMessage',
    '$context.integrationLatency',
    '$context.integrationStatus',
    '$context.requestId',
    '$context.requestTime',
    '$context.responseLatency',
    '$context.responseLength',
    '$context.routeKey',
    '$context.status',
  ]);
});
