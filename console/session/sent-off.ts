// What must be remembered while the viewer is at an issuer: in this tab alone, and for one answer.
import type { SignIn } from './oidc.ts';

export interface Begun {
  readonly issuer: SignIn;
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE: whoever has the code without it gets no token. */
  readonly verifier: string;
  readonly returnTo: string;
}

const KEY = 'flyball.sign-in';

export const sentOff = {
  keep(begun: Begun): void {
    sessionStorage.setItem(KEY, JSON.stringify(begun));
  },
  /** Gives it once. */
  take(): Begun | undefined {
    try {
      const text = sessionStorage.getItem(KEY);
      sessionStorage.removeItem(KEY);
      return text === null ? undefined : (JSON.parse(text) as Begun);
    } catch {
      return undefined;
    }
  },
};
