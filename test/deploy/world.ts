// Deploys the stack once, before the tests that look at it: they read where it is with `inject` from vitest.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { openGate } from '../../infra/deploy/gate.ts';
import { startMoto } from '../../infra/deploy/moto.ts';
import { deploy } from './cli.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    moto: string;
    gate: string;
    folder: string;
  }
}

/** What the stage is deployed with, beside the defaults of serverless.yml. */
export const PARAMS = {
  alarmEmail: 'ops@example.com',
  controlPlaneConcurrency: 5,
  warmIndexReads: 13_000,
  warmIndexWrites: 4500,
};

export default async function firstDeploy(project: TestProject): Promise<() => Promise<void>> {
  mkdirSync('.flyball', { recursive: true });
  const moto = await startMoto();
  const gate = await openGate(new URL(moto.url).host);
  const folder = mkdtempSync(join('.flyball', 'deploy-'));
  const end = async () => {
    rmSync(folder, { recursive: true, force: true });
    await gate.stop();
    await moto.stop();
  };
  try {
    await deploy({ moto: moto.url, gate: gate.url, folder }, PARAMS);
  } catch (error) {
    await end();
    throw error;
  }
  project.provide('moto', moto.url);
  project.provide('gate', gate.url);
  project.provide('folder', folder);
  return end;
}
