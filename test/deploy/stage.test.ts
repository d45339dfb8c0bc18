// Stages that cannot be are refused by the CLI itself, before it builds or asks anything.
import { expect, inject, it } from 'vitest';
import { serverless } from './cli.ts';

const place = { moto: inject('moto'), gate: inject('gate'), folder: inject('folder') };

it.each([
  { stage: ['--stage', 'Prod'], says: 'The stage "Prod" cannot be part of the names' },
  { stage: ['--stage', 'the-stage-of-all-teams'], says: 'use at most 16 lower-case letters' },
  { stage: [], says: 'The stage "local" is the one on your machine' },
])('deploy $stage', async ({ stage, says }) => {
  await expect(serverless(place, ['deploy'], stage)).rejects.toThrow(says);
});
