// Which functions are deployed, as Lambda lists them: those whose names begin as this stack's do.
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { whyUnknown } from '../saturation/platform.ts';

export interface Deployed {
  readonly functions: readonly string[];
  /** The account has more functions than were looked through. */
  readonly more: boolean;
}

export type AskDeployed = (prefix: string, nowMs: number) => Promise<Deployed | { readonly unknown: string }>;

const PATIENCE_MS = 5_000;
/** Of fifty functions each: Lambda gives no more at once, and lists those of the whole account. */
const MOST_PAGES = 100;
/** Lambda allows few such questions a second, to all of the account together. */
const REMEMBERED_MS = 60_000;

/** `client` is made when it is first asked. */
export function deployedFunctions(client: () => Promise<LambdaClient>): AskDeployed {
  let remembered: { readonly atMs: number; readonly prefix: string; readonly deployed: Deployed } | undefined;
  return async (prefix, nowMs) => {
    if (remembered?.prefix === prefix && nowMs - remembered.atMs < REMEMBERED_MS) return remembered.deployed;
    try {
      const deployed = await listed(await client(), prefix);
      remembered = { atMs: nowMs, prefix, deployed };
      return deployed;
    } catch (error) {
      return { unknown: whyUnknown(error) };
    }
  };
}

async function listed(client: LambdaClient, prefix: string): Promise<Deployed> {
  const { ListFunctionsCommand } = await import('@aws-sdk/client-lambda');
  const abortSignal = AbortSignal.timeout(PATIENCE_MS);
  const functions: string[] = [];
  let Marker: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { Functions = [], NextMarker } = await client.send(new ListFunctionsCommand({ Marker }), { abortSignal });
    for (const { FunctionName } of Functions) if (FunctionName?.startsWith(prefix)) functions.push(FunctionName);
    Marker = NextMarker;
    if (!Marker) break;
  }
  return { functions: functions.sort(), more: Boolean(Marker) };
}
