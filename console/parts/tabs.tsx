// Views of one thing beside each other, each with an address of its own.
import { useEffect, useRef } from 'preact/hooks';
import { Link } from '../router/router.tsx';

export interface Tab {
  readonly to: string;
  readonly title: string;
  readonly current: boolean;
}

export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  const bar = useRef<HTMLElement>(null);
  const here = tabs.find(({ current }) => current)?.to;
  // On a telephone there is not room for all: the one that is shown is in sight.
  useEffect(() => {
    const tab = bar.current?.querySelector<HTMLElement>('[aria-current]');
    if (!bar.current || !tab) return;
    const { offsetLeft, clientWidth } = bar.current;
    bar.current.scrollLeft = tab.offsetLeft - offsetLeft - (clientWidth - tab.offsetWidth) / 2;
  }, [here]);
  return (
    <nav ref={bar} class="tabs" aria-label={label}>
      {tabs.map(({ to, title, current }) => (
        <Link key={to} to={to} {...(current ? { 'aria-current': 'page' as const } : {})}>
          {title}
        </Link>
      ))}
    </nav>
  );
}
