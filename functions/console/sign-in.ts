// Where people sign in to the console: of the deployment's issuers those that say how the page asks for their tokens.
import type { Logger } from '../../middleware/kernel/logger.ts';
import { errorFields } from '../../middleware/kernel/logger.ts';

/** What the page needs to sign somebody in: all of it public. */
export interface SignIn {
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly scope: string;
  /** Which of the two tokens is sent to the control plane. */
  readonly token: 'id' | 'access';
}

/** Read when first asked for, and once: settings do not change while an instance lives. */
export function signInOf(setting: string | undefined, logger: Logger): () => Promise<readonly SignIn[]> {
  let read: Promise<readonly SignIn[]> | undefined;
  return () => (read ??= setting === undefined || setting === '' ? Promise.resolve([]) : inSetting(setting, logger));
}

/** Never rejects: who has an API key signs in without an issuer. */
async function inSetting(setting: string, logger: Logger): Promise<readonly SignIn[]> {
  try {
    const { readIssuers } = await import('../api/auth-issuers.ts');
    return readIssuers(setting).flatMap(({ name, issuer, console }) =>
      console === undefined ? [] : [{ name, issuer, ...console }],
    );
  } catch (error) {
    logger.error('FLYBALL_ISSUERS cannot be used: the console offers no issuer to sign in at', errorFields(error));
    return [];
  }
}
