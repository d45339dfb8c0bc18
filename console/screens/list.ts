// The screens by the first segment of their address; each is loaded when it is first shown.
import type { ComponentType } from 'preact';
import type { ScreenProps } from './screen.ts';

type Loaded = Promise<{ readonly default: ComponentType<ScreenProps> }>;

export const SCREENS = {
  now: () => import('./now/index.tsx'),
  services: () => import('./services/index.tsx'),
  rules: () => import('./rules/index.tsx'),
  topology: () => import('./topology/index.tsx'),
  jobs: () => import('./jobs/index.tsx'),
  alerts: () => import('./alerts/index.tsx'),
  traces: () => import('./traces/index.tsx'),
} satisfies Record<string, () => Loaded>;

export type ScreenName = keyof typeof SCREENS;

export const SCREEN_NAMES = Object.keys(SCREENS) as readonly ScreenName[];

export const isScreen = (name: string): name is ScreenName => Object.hasOwn(SCREENS, name);
