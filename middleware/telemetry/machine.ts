// What the environment has, and how much of it is in use: looked at when a minute is put.
import type { Machine } from '../../store/items/telemetry-detail.ts';

const MB = 2 ** 20;
const TMP = '/tmp';

/** `timeoutMs` is the most that an invocation was given: the function's timeout, in whole seconds. */
export function machineNow(mostGivenMs: number): Machine {
  const memoryLimitMb = Number(process.env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE']);
  // The most ever, in KB.
  const memoryMb = Math.round(process.resourceUsage().maxRSS / 1024);
  return {
    memoryMb,
    // Whoever has more than there may be shares a process with others, on a laptop: then it is nobody's limit.
    ...(memoryLimitMb >= memoryMb ? { memoryLimitMb } : {}),
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
