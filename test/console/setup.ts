// The world of the console's tests: with traffic, so that there is something to see.
import type { TestProject } from 'vitest/node';
import { startWorld } from '../e2e/world.ts';

export default function startSeenWorld(project: TestProject): Promise<() => Promise<void>> {
  return startWorld(project, { name: 'console', options: ['--traffic'] });
}
