// Loads a screen's code when it is first shown, and keeps a screen's failure from taking the page with it.
import { Component, type ComponentChildren, type ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Loading } from '../parts/shown.tsx';
import { useTexts } from '../text/language.ts';
import { pageTexts } from '../texts.ts';
import { SCREENS, type ScreenName } from './list.ts';
import type { ScreenProps } from './screen.ts';

const loaded = new Map<ScreenName, ComponentType<ScreenProps>>();

/** Loads the code of the other screens before anybody goes there: the network may be away by then. */
export function useScreensAhead(): void {
  useEffect(() => {
    const ahead = setTimeout(() => void SCREENS.services().catch(() => undefined), AHEAD_AFTER_MS);
    return () => clearTimeout(ahead);
  }, []);
}

/** When the first screen has had its answers. */
const AHEAD_AFTER_MS = 2_000;

export function Screen({ name, rest }: ScreenProps & { name: ScreenName }) {
  const [, arrived] = useState(0);
  const [failed, setFailed] = useState<ScreenName>();
  useEffect(() => {
    if (loaded.has(name)) return;
    let here = true;
    const load = () => {
      SCREENS[name]().then(
        ({ default: component }) => {
          loaded.set(name, component);
          if (here) arrived((count) => count + 1);
        },
        () => {
          if (here) setFailed(name);
        },
      );
    };
    load();
    addEventListener('online', load);
    return () => {
      here = false;
      removeEventListener('online', load);
    };
  }, [name]);
  const Shown = loaded.get(name);
  if (Shown) return <Shown rest={rest} />;
  return failed === name ? <Broken text="brokenLoad" /> : <Loading />;
}

function Broken({ text, detail }: { text: 'broken' | 'brokenLoad'; detail?: string }) {
  const t = useTexts(pageTexts);
  return (
    <div class="note bad" role="alert">
      <strong>{t(text)}</strong>
      {detail === undefined ? null : <code>{detail}</code>}
      <button type="button" onClick={() => location.reload()}>
        {t('reload')}
      </button>
    </div>
  );
}

/** Shown anew when `of` changes, e.g. when another screen is gone to. */
export class Contained extends Component<{ of: string; children: ComponentChildren }, { error?: Error; of?: string }> {
  static override getDerivedStateFromError(error: Error) {
    return { error };
  }

  override componentDidUpdate(before: { of: string }): void {
    if (before.of !== this.props.of && this.state.error) this.setState({ error: undefined as never });
  }

  override componentDidCatch(error: Error): void {
    reportError(error);
  }

  override render() {
    const { error } = this.state;
    return error ? <Broken text="broken" detail={error.message} /> : this.props.children;
  }
}
