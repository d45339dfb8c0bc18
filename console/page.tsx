// The frame: which screens there are, who is signed in, and the screen that the address names.
import { useEffect, useRef, useState } from 'preact/hooks';
import { useAttention } from './attention.ts';
import { setTheme, themeNow, type Theme } from './look/theme.ts';
import { Toasts } from './parts/feedback.tsx';
import { Empty } from './parts/shown.tsx';
import { Link, usePlace } from './router/router.tsx';
import { Contained, Screen, useScreensAhead } from './screens/lazy.tsx';
import { isScreen, SCREEN_NAMES } from './screens/list.ts';
import { useMe } from './session/me.ts';
import { session } from './session/session.ts';
import { SignedOut } from './session/signed-out.tsx';
import { LanguageChoice } from './text/language-choice.tsx';
import { useTexts } from './text/language.ts';
import { pageTexts } from './texts.ts';

export function Page() {
  const [signedIn, setSignedIn] = useState(session.token() !== undefined);
  useEffect(() => session.onChange(() => setSignedIn(session.token() !== undefined)), []);
  return (
    <>
      {signedIn ? <Frame /> : <SignedOut />}
      <Toasts />
    </>
  );
}

function Frame() {
  const t = useTexts(pageTexts);
  const { segments } = usePlace();
  const { count, mark } = useAttention();
  useScreensAhead();
  const me = useMe();
  const main = useRef<HTMLElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  /** On a telephone: elsewhere all of it is always there. */
  const [menuOpen, setMenuOpen] = useState(false);
  const [name = 'now', ...rest] = segments;
  const came = useRef(false);
  // A new screen is read from its beginning, by whoever goes by keyboard too.
  useEffect(() => {
    if (came.current) main.current?.focus({ preventScroll: true });
    came.current = true;
  }, [name]);
  const badge = () =>
    mark === '' ? null : (
      <span class="badge" aria-label={count > 0 ? t('needsYou', { count }) : t('unknown')}>
        {mark}
      </span>
    );
  return (
    <div class="frame">
      <a class="skip" href="#content">
        {t('skip')}
      </a>
      <header
        class="side"
        onKeyDown={({ key }) => {
          if (key !== 'Escape' || !menuOpen) return;
          setMenuOpen(false);
          opener.current?.focus();
        }}
        onFocusOut={({ currentTarget, relatedTarget }) => {
          if (relatedTarget instanceof Node && !currentTarget.contains(relatedTarget)) setMenuOpen(false);
        }}
      >
        <div class="name">
          flyball <small title={me?.cell}>{me?.stage}</small>
        </div>
        <button
          ref={opener}
          type="button"
          class="opener"
          aria-expanded={menuOpen}
          aria-controls="menu"
          onClick={() => setMenuOpen(!menuOpen)}
        >
          <span class="unseen">{t('screens')}:</span> {t(isScreen(name) ? name : 'screens')}
          {badge()}
          <span aria-hidden="true">▾</span>
        </button>
        <div id="menu" class={menuOpen ? 'menu open' : 'menu'}>
          <nav aria-label={t('screens')} onClick={() => setMenuOpen(false)}>
            {SCREEN_NAMES.map((screen) => (
              <Link
                key={screen}
                to={screen === 'now' ? '/' : `/${screen}`}
                {...(screen === name ? { 'aria-current': 'page' as const } : {})}
              >
                {t(screen)}
                {screen === 'now' ? badge() : null}
              </Link>
            ))}
          </nav>
          <Foot name={me?.name} role={me?.role} />
        </div>
      </header>
      <main id="content" ref={main} tabIndex={-1}>
        <Contained of={segments.join('/')}>
          {isScreen(name) ? (
            <Screen name={name} rest={rest} />
          ) : (
            <Empty title={t('nowhere')}>
              <Link to="/">{t('home')}</Link>
            </Empty>
          )}
        </Contained>
      </main>
    </div>
  );
}

const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

function Foot({ name, role }: { name: string | undefined; role: string | undefined }) {
  const t = useTexts(pageTexts);
  const [theme, choose] = useState(themeNow);
  return (
    <div class="foot">
      <select
        aria-label={t('theme')}
        value={theme}
        onChange={({ currentTarget }) => {
          const next = THEMES.find((one) => one === currentTarget.value) ?? 'system';
          setTheme(next);
          choose(next);
        }}
      >
        {THEMES.map((one) => (
          <option key={one} value={one}>
            {t(`theme.${one}`)}
          </option>
        ))}
      </select>
      <LanguageChoice />
      <button
        type="button"
        title={name === undefined || role === undefined ? undefined : t('signedInAs', { name, role })}
        onClick={() => session.end('left')}
      >
        {t('signOut')}
      </button>
    </div>
  );
}
