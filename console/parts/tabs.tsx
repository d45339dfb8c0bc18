// Views of one thing beside each other, each with an address of its own.
import { Link } from '../router/router.tsx';

export interface Tab {
  readonly to: string;
  readonly title: string;
  readonly current: boolean;
}

export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(({ to, title, current }) => (
        <Link key={to} to={to} {...(current ? { 'aria-current': 'page' as const } : {})}>
          {title}
        </Link>
      ))}
    </nav>
  );
}
