// Where it stands what to do: as the address is, not as its author bent it.
import { webAddressOf } from './places.ts';

export function Runbook({ at }: { at: string }) {
  const href = webAddressOf(at);
  return href === undefined ? (
    <bdi>{at}</bdi>
  ) : (
    <a href={href} rel="noreferrer noopener" target="_blank">
      {href}
    </a>
  );
}
