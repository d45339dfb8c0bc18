// Moves and scales the map by pointer: one drags it, two fingers or Ctrl and the wheel scale it.
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Point } from './routes.ts';

/** So far a press is a click. */
const CLICK_PX = 4;

interface Hand {
  readonly move: (dx: number, dy: number) => void;
  readonly zoom: (factor: number, at: Point) => void;
}

export function useHand(of: RefObject<HTMLElement | null>, hand: Hand): void {
  const latest = useRef(hand);
  latest.current = hand;
  useEffect(() => {
    const element = of.current;
    if (!element) return;
    const pointers = new Map<number, Point>();
    let travelled = 0;
    const within = ({ clientX, clientY }: MouseEvent): Point => {
      const { left, top } = element.getBoundingClientRect();
      return { x: clientX - left, y: clientY - top };
    };
    const down = (event: PointerEvent) => {
      if (event.button !== 0) return;
      if (pointers.size === 0) travelled = 0;
      pointers.set(event.pointerId, within(event));
    };
    const moved = (event: PointerEvent) => {
      const before = pointers.get(event.pointerId);
      if (!before) return;
      const at = within(event);
      const [dx, dy] = [at.x - before.x, at.y - before.y];
      travelled += Math.hypot(dx, dy);
      if (travelled > CLICK_PX && !element.hasPointerCapture(event.pointerId))
        element.setPointerCapture(event.pointerId);
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
      pointers.set(event.pointerId, at);
      if (!other) return travelled > CLICK_PX ? latest.current.move(dx, dy) : undefined;
      const distance = Math.hypot(before.x - other.x, before.y - other.y);
      if (distance < 1) return;
      const factor = Math.hypot(at.x - other.x, at.y - other.y) / distance;
      latest.current.zoom(factor, { x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
    };
    const up = (event: PointerEvent) => void pointers.delete(event.pointerId);
    const clicked = (event: MouseEvent) => {
      // The end of a drag is no click on what it ends over.
      if (travelled <= CLICK_PX || event.detail === 0) return;
      event.preventDefault();
      event.stopPropagation();
    };
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      latest.current.zoom(2 ** (-event.deltaY / 240), within(event));
    };
    const drag = (event: Event) => event.preventDefault();
    element.addEventListener('pointerdown', down);
    element.addEventListener('pointermove', moved);
    element.addEventListener('pointerup', up);
    element.addEventListener('pointercancel', up);
    element.addEventListener('pointerleave', up);
    element.addEventListener('click', clicked, { capture: true });
    element.addEventListener('wheel', wheel, { passive: false });
    element.addEventListener('dragstart', drag);
    return () => {
      element.removeEventListener('pointerdown', down);
      element.removeEventListener('pointermove', moved);
      element.removeEventListener('pointerup', up);
      element.removeEventListener('pointercancel', up);
      element.removeEventListener('pointerleave', up);
      element.removeEventListener('click', clicked, { capture: true });
      element.removeEventListener('wheel', wheel);
      element.removeEventListener('dragstart', drag);
    };
  }, [of]);
}
