// What the plugin refuses before the framework looks at the configuration, by the stage and its parameters.
import { describe, expect, it } from 'vitest';
import Deploy from '../../../../infra/deploy/plugin.ts';

const params = {
  default: { apiBurst: 1000, keepData: 'Retain' },
  prod: { warmRead: 24_000 },
  dev: { keepData: 'Delete' },
};

class Refusal extends Error {
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

function start(stage: string | undefined, param?: string[]) {
  const service = { provider: { stage: 'local', compiledCloudFormationTemplate: {} } };
  const framework = { classes: { Error: Refusal }, processedInput: { commands: ['package'] }, service };
  const options = { ...(stage !== undefined && { stage }), ...(param && { param }) };
  return new Deploy({ ...framework, configurationInput: { params } }, options);
}

it('what is as it may be is let through', () => {
  expect(() => start('dev', ['apiBurst=5', 'uploadsBucket=a=b-${x}'])).not.toThrow();
  expect(() => start(undefined)).not.toThrow();
});

describe('refused is', () => {
  it.each([
    ['a stage that cannot be', 'Prod', undefined, 'FLYBALL_STAGE', /^The stage "Prod"/],
    ['a mistyped parameter', 'dev', ['alarmEmial=a@b'], 'FLYBALL_PARAMETERS', /^--param: there is no parameter/],
    ['a parameter of another form', 'dev', ['apiBurst=many'], 'FLYBALL_PARAMETERS', /^--param: apiBurst is "many"/],
    [
      'a pattern of its functions',
      'dev',
      ['actuatedFunctions=flyball-dev-*'],
      'FLYBALL_PARAMETERS',
      /fits none of the/,
    ],
    ['one of the stage', 'prod', undefined, 'FLYBALL_PARAMETERS', /^serverless\.yml, params\.prod: there is no/],
  ])('%s', (_what, stage, param, code, says) => {
    expect(() => start(stage, param)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(says) as unknown }),
    );
  });
});
