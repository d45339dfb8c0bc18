// What one instance counts in, by the shape of the rule's window.
import { CallWindow } from './call-window.ts';
import type { WindowShape } from './detect.ts';
import { Window } from './window.ts';

export type OwnWindow = Window | CallWindow;

export function windowOf(shape: WindowShape): OwnWindow {
  return shape.kind === 'time' ? new Window(shape.bucketMs) : new CallWindow(shape.segmentCalls);
}

/** False once a revision has changed the window: what was counted is then of no use. */
export function fits(window: OwnWindow, shape: WindowShape): boolean {
  if (window instanceof Window) return shape.kind === 'time' && window.widthMs === shape.bucketMs;
  return shape.kind === 'calls' && window.width === shape.segmentCalls;
}
