// The console over HTTP: its page at every path, its assets, and what it must know before anybody has signed in.
import { LIBRARY_VERSION } from '../../middleware/kernel/version.ts';
import { json, notFound, openRoute, type OpenRequest, type OpenRoute } from '../api/index.ts';
import { assetAnswer, pageAnswer } from './answers.ts';
import { readAsset, readConfig, readPage } from './described.ts';
import type { ConsoleFiles } from './files.ts';
import type { SignIn } from './sign-in.ts';

export interface ConsoleParts {
  readonly files: () => ConsoleFiles;
  readonly signIn: () => Promise<readonly SignIn[]>;
  readonly stage: string;
}

export function consoleRoutes({ files, signIn, stage }: ConsoleParts): OpenRoute[] {
  async function page(request: OpenRequest) {
    const issuers = await signIn();
    const origins = new Set(issuers.map(({ tokenEndpoint }) => new URL(tokenEndpoint).origin));
    return pageAnswer(request, files().page, [...origins]);
  }

  return [
    openRoute('GET', '/console', readPage, page),
    openRoute('GET', '/console/config.json', readConfig, async () =>
      json({ stage, version: LIBRARY_VERSION, signIn: await signIn() }),
    ),
    openRoute('GET', '/console/assets/{asset}', readAsset, async (request) =>
      assetAnswer(request, files().asset(request.params.asset)),
    ),
    openRoute('GET', '/console/{rest+}', readPage, async (request) => {
      if (request.params.rest.split('/', 1)[0] === 'assets') throw notFound('There is no such asset.');
      return page(request);
    }),
  ];
}
