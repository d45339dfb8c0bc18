// Loads what rules need of the throttle beside the token bucket and its leases, before they come in force.
import type { RuleDocument, ThrottleRule } from '../kernel/rules/document.ts';
import { divided, isHere, provide } from './later.ts';

/** Never loads anything twice. */
export async function loadFor({ throttles = {} }: RuleDocument): Promise<void> {
  const rules = Object.values(throttles);
  await Promise.all([
    rules.some(isWindowed) && !isHere('quotas') && import('./quotas.ts').then((quotas) => provide({ quotas })),
    rules.some(isSeldom) && !isHere('seldom') && import('./seldom.ts').then((seldom) => provide({ seldom })),
  ]);
}

/** For tests whose time stands still while a file is read. */
export async function loadAll(): Promise<void> {
  const [quotas, seldom, inTurn] = await Promise.all([
    import('./quotas.ts'),
    import('./seldom.ts'),
    import('./in-turn.ts'),
    divided(),
  ]);
  provide({ quotas, seldom, inTurn });
}

function isWindowed({ algorithm }: ThrottleRule): boolean {
  return algorithm === 'fixed-window';
}

function isSeldom({ algorithm, warmUp, overrides, sync, mode, headers }: ThrottleRule): boolean {
  return (
    algorithm === 'sliding-window' ||
    algorithm === 'leaky-bucket' ||
    warmUp !== undefined ||
    overrides !== undefined ||
    sync === 'eventual' ||
    mode === 'shadow' ||
    headers === 'always'
  );
}
