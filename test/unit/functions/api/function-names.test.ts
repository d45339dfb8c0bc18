// Which names and ARNs of functions mean the control plane's own.
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CONTROL_PLANE, isOfControlPlane } from '../../../../functions/api/function-names.ts';

const ARN = 'arn:aws:lambda:eu-central-1:000000000000:function:';

describe('a function of the control plane', () => {
  it.each(CONTROL_PLANE.flatMap((part) => [part, `flyball-prod-${part}`, `${ARN}flyball-dev-${part}`]))(
    'is %s',
    (written) => {
      expect(isOfControlPlane(written)).toBe(true);
      expect(isOfControlPlane(written, 'flyball-prod-')).toBe(true);
    },
  );

  it.each(['orders', 'orders-telemetry', 'flyball-prod-orders', 'flyball-prod-orders-telemetry', `${ARN}telemetry`])(
    'is not %s',
    (written) => {
      expect(isOfControlPlane(written)).toBe(false);
      expect(isOfControlPlane(written, 'flyball-prod-')).toBe(false);
    },
  );

  it('of a stage with a hyphen is known where the stage is', () => {
    expect(isOfControlPlane('flyball-prod-eu-telemetry')).toBe(false);
    expect(isOfControlPlane('flyball-prod-eu-telemetry', 'flyball-prod-eu-')).toBe(true);
  });
});

it('they are those that functions/ deploys, but for the examples', () => {
  const files = readdirSync('functions').flatMap((folder) => {
    try {
      return [readFileSync(`functions/${folder}/function.yml`, 'utf8')];
    } catch {
      return [];
    }
  });
  const names = files.flatMap((text) => [...text.matchAll(/^ {2}name: flyball-\$\{sls:stage\}-(.+)$/gm)]);
  expect(names.map(([, name]) => name).sort()).toEqual([...CONTROL_PLANE]);
});
