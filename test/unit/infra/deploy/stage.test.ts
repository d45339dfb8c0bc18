// Which names a stage may have.
import { describe, expect, it } from 'vitest';
import { whatIsWrongWithStage } from '../../../../infra/deploy/stage.ts';

describe('a stage', () => {
  it.each(['dev', 'prod', 'a', 'eu-2', 'abcdefghijklmnop'])('may be %s', (stage) => {
    expect(whatIsWrongWithStage(stage, ['deploy'])).toBeUndefined();
  });

  it.each(['Prod', 'PROD', 'a_b', 'a.b', '1st', '-a', '', 'abcdefghijklmnopq', 'straße'])(
    'may not be "%s"',
    (stage) => {
      expect(whatIsWrongWithStage(stage, ['package'])).toMatch(
        /^The stage ".*" cannot be part of the names .+ use at most/,
      );
    },
  );

  it('has a bucket whose name S3 takes, even the longest stage in the Region of the longest name', () => {
    expect(`flyball-abcdefghijklmnop-uploads-123456789012-ap-northeast-1`.length).toBeLessThanOrEqual(63);
    expect(`flyball-abcdefghijklmnop-uploads-123456789012-ap-southeast-1`.length).toBeLessThanOrEqual(63);
    expect(`flyball-abcdefghijklmnop-uploads-123456789012-us-gov-east-1`.length).toBeLessThanOrEqual(63);
  });
});

describe('the stage of the local world', () => {
  it('is not deployed', () => {
    expect(whatIsWrongWithStage('local', ['deploy'])).toContain('Name one to deploy');
    expect(whatIsWrongWithStage('local', ['deploy', 'function'])).toContain('Name one to deploy');
  });

  it.each([[['offline', 'start']], [['package']], [['print']]])('does all else: %j', (command) => {
    expect(whatIsWrongWithStage('local', command)).toBeUndefined();
  });
});
