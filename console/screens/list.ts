// The screens by the first segment of their address; those behind the first are loaded when one of them is first shown.
import type { ComponentType } from 'preact';
import Now from './now/index.tsx';
import type { ScreenProps } from './screen.ts';

type Loaded = Promise<{ readonly default: ComponentType<ScreenProps> }>;

/** One file for all but the first: in seven they would weigh a twentieth more, and each be waited for. */
const others = () => import('./others.ts');

export const SCREENS = {
  now: () => Promise.resolve({ default: Now }),
  services: () => others().then(({ Services }) => ({ default: Services })),
  rules: () => others().then(({ Rules }) => ({ default: Rules })),
  topology: () => others().then(({ Topology }) => ({ default: Topology })),
  jobs: () => others().then(({ Jobs }) => ({ default: Jobs })),
  alerts: () => others().then(({ Alerts }) => ({ default: Alerts })),
  traces: () => others().then(({ Traces }) => ({ default: Traces })),
} satisfies Record<string, () => Loaded>;

export type ScreenName = keyof typeof SCREENS;

export const SCREEN_NAMES = Object.keys(SCREENS) as readonly ScreenName[];

export const isScreen = (name: string): name is ScreenName => Object.hasOwn(SCREENS, name);
