// Signing in at the issuers that the deployment names: a button each, and what became of it.
import { useEffect, useState } from 'preact/hooks';
import { get } from '../api/client.ts';
import { go } from '../router/router.tsx';
import { useTexts } from '../text/language.ts';
import { finishSignIn, SignInFailed, signInWith, type SignIn } from './oidc.ts';
import { session } from './session.ts';
import { sessionTexts } from './texts.ts';

interface Config {
  readonly signIn: readonly SignIn[];
}

export function Issuers() {
  const t = useTexts(sessionTexts);
  const [issuers, setIssuers] = useState<readonly SignIn[]>([]);
  const [failed, setFailed] = useState<SignInFailed>();
  useEffect(() => {
    void finish(setFailed);
    // Without it there is the key, for which it is not needed.
    get<Config>('/console/config.json').then(
      ({ signIn }) => setIssuers(signIn),
      () => undefined,
    );
  }, []);
  if (issuers.length === 0 && failed === undefined) return null;
  return (
    <div class="issuers">
      {failed === undefined ? null : (
        <p class="note warn" role="alert">
          {t(`failed.${failed.code}`, { name: failed.issuer, why: failed.message })}
        </p>
      )}
      {issuers.map((issuer) => (
        <button key={issuer.name} type="button" onClick={() => void signInWith(issuer)}>
          {t('signInWith', { name: issuer.name })}
        </button>
      ))}
    </div>
  );
}

/** Of an issuer's answer in the address, if there is one. */
async function finish(failed: (error: SignInFailed) => void): Promise<void> {
  try {
    const done = await finishSignIn(location);
    if (done === undefined) return;
    go(done.returnTo, { replace: true });
    session.begin(done.token, done.expiresAt);
  } catch (error) {
    if (!(error instanceof SignInFailed)) throw error;
    go(error.returnTo, { replace: true });
    failed(error);
  }
}
