// What whoever is not signed in sees, wherever in the page they wanted to go.
import { useEffect, useState } from 'preact/hooks';
import { ask } from '../api/client.ts';
import { sentenceOf } from '../api/problem-texts.ts';
import { ApiError } from '../api/problem.ts';
import { Field } from '../parts/field.tsx';
import { LanguageChoice } from '../text/language-choice.tsx';
import { useTexts } from '../text/language.ts';
import { Issuers } from './issuers.tsx';
import { session } from './session.ts';
import { sessionTexts } from './texts.ts';

export function SignedOut() {
  const t = useTexts(sessionTexts);
  const [token, setToken] = useState('');
  const [wrong, setWrong] = useState<string>();
  const [busy, setBusy] = useState(false);
  const ended = session.ended();
  useEffect(() => {
    document.title = 'flyball';
  }, []);

  async function signIn(): Promise<void> {
    const given = token.trim().replace(/^bearer\s+/i, '');
    if (given === '') return setWrong(t('tokenMissing'));
    setBusy(true);
    setWrong(undefined);
    try {
      await ask('/v1/me', { headers: { authorization: `Bearer ${given}` } });
      session.begin(given);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setWrong(error.status === 401 ? t('unknown') : sentenceOf(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <main class="signed-out">
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault();
          void signIn();
        }}
      >
        <h1>{t('title')}</h1>
        {ended === undefined ? null : (
          <p class={`note ${ended === 'refused' ? 'warn' : ''}`} role="status">
            {t(ended)}
          </p>
        )}
        <Issuers />
        <Field label={t('token')} hint={t('tokenHint')} wrong={wrong}>
          {(control) => (
            <input
              {...control}
              type="password"
              autocomplete="off"
              spellcheck={false}
              value={token}
              onInput={(event) => setToken(event.currentTarget.value)}
            />
          )}
        </Field>
        <button type="submit" class="main" disabled={busy}>
          {t(busy ? 'checking' : 'signIn')}
        </button>
      </form>
      <LanguageChoice />
    </main>
  );
}
