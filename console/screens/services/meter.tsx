// How full something is: a bar with its figures beside it.
import { percentOf } from '../../parts/number.ts';
import { State, type Kind } from '../../parts/state.tsx';

const kindOf = (share: number): Kind => (share >= 0.95 ? 'bad' : share >= 0.8 ? 'warn' : 'ok');

export function Meter({ share, text }: { share: number | null; text: string }) {
  if (share === null) return <span class="number">{text}</span>;
  const kind = kindOf(share);
  return (
    <span class={`meter ${kind}`}>
      <span class="track" aria-hidden="true">
        <span style={{ width: `${String(Math.min(1, Math.max(0, share)) * 100)}%` }} />
      </span>
      <span class="number">{text}</span>
      {kind === 'ok' ? (
        <span class="quiet number">{percentOf(share)}</span>
      ) : (
        <State kind={kind}>{percentOf(share)}</State>
      )}
    </span>
  );
}
