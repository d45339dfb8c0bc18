// What the environment has, and how much of it is in use: looked at when a minute is put.
import type { Machine } from '../../store/items/telemetry-detail.ts';

const MB = 2 ** 20;
const TMP = '/tmp';

/** `timeoutMs` is the most that an invocation was given: the function's timeout, in whole seconds. */
export function machineNow(mostGivenMs: number): Machine {
  const limit = Number(process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']);
  return {
    // The most ever, in KB.
    memoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
    ...(limit > 0 ? { memoryLimitMb: limit } : {}),
    ...tmpNow(),
    ...(mostGivenMs > 0 ? { timeoutMs: Math.ceil(mostGivenMs / 1000) * 1000 } : {}),
  };
}

function tmpNow(): Pick<Machine, 'tmpMb' | 'tmpLimitMb'> {
  try {
    const { blocks, bfree, bavail, bsize } = process.getBuiltinModule('node:fs').statfsSync(TMP);
    const usedMb = ((blocks - bfree) * bsize) / MB;
    return { tmpMb: Math.round(usedMb), tmpLimitMb: Math.round(usedMb + (bavail * bsize) / MB) };
  } catch {
    // No such folder here: then nobody fills it.
    return {};
  }
}
