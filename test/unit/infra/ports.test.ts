// Where the local world listens, and what it says of ports that cannot be.
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { answersOn, freePorts, portsFrom, requireFree } from '../../../infra/local/ports.ts';

describe('the ports', () => {
  it('are the documented ones unless the environment names others', () => {
    expect(portsFrom({})).toEqual({
      ...{ http: 3000, lambda: 3002, dynamodb: 8000, sqs: 4566, s3: 4569, xray: 2000, alerts: 4580 },
    });
    expect(portsFrom({ PORT: '3100', FLYBALL_S3_PORT: '' })).toMatchObject({ http: 3100, s3: 4569 });
  });

  it.each(['zero', '0', '70000', '30.5'])('are whole numbers a port can be, not %s', (text) => {
    expect(() => portsFrom({ FLYBALL_SQS_PORT: text })).toThrow(
      expect.objectContaining({
        code: 'PORT_UNFIT',
        message: expect.stringContaining(`FLYBALL_SQS_PORT=${text} is not a port`) as string,
      }),
    );
  });

  it('must differ', async () => {
    const ports = await freePorts();
    await expect(requireFree({ ...ports, lambda: ports.http })).rejects.toMatchObject({
      code: 'PORT_UNFIT',
      message: expect.stringContaining('FLYBALL_LAMBDA_PORT and PORT are both') as string,
    });
  });

  it('must be free for datagrams too where segments of traces arrive', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const xray = socket.address().port;
    try {
      await expect(requireFree({ ...(await freePorts()), xray })).rejects.toMatchObject({
        message: expect.stringContaining(`Port ${xray} (X-Ray) is taken`) as string,
      });
    } finally {
      socket.close();
    }
  });

  it('are said to be taken, with what to do about it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const dynamodb = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      expect(await answersOn(dynamodb)).toBe(true);
      await expect(requireFree({ ...(await freePorts()), dynamodb })).rejects.toMatchObject({
        code: 'PORT_TAKEN',
        message: expect.stringContaining(`Port ${dynamodb} (DynamoDB) is taken`) as string,
      });
    } finally {
      server.close();
    }
  });
});
