// Makes what the tests under AWS's Lambda emulator need once: the emulator, DynamoDB Local, the packages and the layer.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { TestProject } from 'vitest/node';
import { startDynamodbLocal } from '../../infra/dynamodb-local/emulator.ts';
import { packageStack, unzip } from '../../infra/lambda/artifact.ts';
import { type Emulator, fetchedEmulator } from '../../infra/lambda/emulator.ts';
import { buildLayer } from '../../infra/layer/build.ts';

export interface Made {
  readonly emulator: Emulator;
  /** Endpoint of DynamoDB Local. */
  readonly dynamodb: string;
  /** The task root of the packaged `orders`. */
  readonly orders: string;
  /** The layer as it is unpacked into `/opt`. */
  readonly layer: string;
  /** The task root of the functions in `test/lambda/functions`, bundled. */
  readonly bundled: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    lambda: Made;
  }
}

export default async function make(project: TestProject): Promise<() => Promise<void>> {
  const root = resolve(import.meta.dirname, '../..');
  // Outside of the checkout: a package that lacks something finds it nowhere.
  const folder = mkdtempSync(join(tmpdir(), 'flyball-lambda-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const emulator = fetchedEmulator();
    const [orders, layer, bundled] = [join(folder, 'orders'), join(folder, 'layer'), join(folder, 'bundled')];
    unzip(join(packageStack(folder), 'orders.zip'), orders);
    await buildLayer(layer);
    await build({
      absWorkingDir: root,
      entryPoints: ['test/lambda/functions/ledger.ts', 'test/lambda/functions/hasty.ts'],
      outdir: bundled,
      outExtension: { '.js': '.mjs' },
      ...{ bundle: true, format: 'esm', platform: 'node', target: 'node24', logLevel: 'warning' },
      external: ['@aws-sdk/*', 'aws-xray-sdk-core'],
    });
    const dynamodb = await startDynamodbLocal();
    project.provide('lambda', { emulator, dynamodb: dynamodb.url, orders, layer, bundled });
    return async () => {
      await dynamodb.stop();
      remove();
    };
  } catch (error) {
    remove();
    throw error;
  }
}
