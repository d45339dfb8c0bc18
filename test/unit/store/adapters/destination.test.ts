// Where the signed client sends to and as whom, and what it says when it cannot know.
import { describe, expect, it } from 'vitest';
import { destinationFrom, type DestinationOptions } from '../../../../store/adapters/destination.ts';

const lambda = {
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'id',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
};

describe('the endpoint', () => {
  const local = 'http://127.0.0.1:8000/';
  const aws = 'https://dynamodb.eu-central-1.amazonaws.com/';
  const cases: {
    name: string;
    options?: DestinationOptions;
    environment?: Record<string, string>;
    endpoint: string;
    overridden: boolean;
  }[] = [
    { name: 'is the Region’s', endpoint: aws, overridden: false },
    {
      name: 'is China’s own',
      options: { region: 'cn-north-1' },
      endpoint: 'https://dynamodb.cn-north-1.amazonaws.com.cn/',
      overridden: false,
    },
    {
      name: 'follows the service’s variable',
      environment: { AWS_ENDPOINT_URL_DYNAMODB: local, AWS_ENDPOINT_URL: 'http://x' },
      endpoint: local,
      overridden: true,
    },
    {
      name: 'follows the general variable',
      environment: { AWS_ENDPOINT_URL: local },
      endpoint: local,
      overridden: true,
    },
    {
      name: 'ignores an empty variable',
      environment: { AWS_ENDPOINT_URL_DYNAMODB: '' },
      endpoint: aws,
      overridden: false,
    },
    {
      name: 'is the one given before any other',
      options: { endpoint: local },
      environment: { AWS_ENDPOINT_URL: 'http://x' },
      endpoint: local,
      overridden: true,
    },
  ];
  it.each(cases)('$name', ({ options = {}, environment = {}, endpoint, overridden }) => {
    const destination = destinationFrom(options, { ...lambda, ...environment })();
    expect(destination.endpoint.href).toBe(endpoint);
    expect(destination.overridden).toBe(overridden);
  });

  it('is looked up anew each call', () => {
    const environment: Record<string, string> = { ...lambda, AWS_ENDPOINT_URL: 'http://one' };
    const destination = destinationFrom({}, environment);
    expect(destination().endpoint.host).toBe('one');
    environment['AWS_ENDPOINT_URL'] = 'http://two';
    environment['AWS_SESSION_TOKEN'] = 'fresh';
    expect(destination().endpoint.host).toBe('two');
    expect(destination().credentials.sessionToken).toBe('fresh');
  });
});

describe('what is missing or wrong is named', () => {
  it.each([
    { environment: { ...lambda, AWS_REGION: '' }, type: 'NoRegion', message: /set AWS_REGION/ },
    { environment: { ...lambda, AWS_SECRET_ACCESS_KEY: '' }, type: 'NoCredentials', message: /set AWS_ACCESS_KEY_ID/ },
    {
      environment: { ...lambda, AWS_ENDPOINT_URL: 'localhost:8000' },
      type: 'InvalidEndpoint',
      message: /"localhost:8000" is not an http/,
    },
  ])('$type', ({ environment, type, message }) => {
    const destination = destinationFrom({}, environment);
    expect(destination).toThrow(message);
    expect(destination).toThrow(expect.objectContaining({ name: 'StoreRejected', type }));
  });
});
