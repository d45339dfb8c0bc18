// Stages and parameters that cannot be are refused by the CLI itself, before it builds or asks anything.
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

it('deploy with mistyped parameters', async () => {
  const typed = ['--param=alarmEmial=ops@example.com', '--param=alarmTopic=notanarn', '--param=warmReads=abc'];
  const said = serverless(place, ['deploy', ...typed]);
  await expect(said).rejects.toThrow('--param: there is no parameter "alarmEmial"; did you mean alarmEmail?');
  await expect(said).rejects.toThrow('--param: alarmTopic is "notanarn", but it takes the ARN of an SNS topic');
  await expect(said).rejects.toThrow('--param: warmReads is "abc", but it takes a whole number, 12000 or more.');
});
