// Forces a breaker, or releases it: asks why, and until when.
import { useState } from 'preact/hooks';
import { path, send } from '../../api/client.ts';
import { refreshed } from '../../api/live.ts';
import { ReasonDialog } from '../../parts/dialog.tsx';
import { useAct } from '../../parts/feedback.tsx';
import { useTexts } from '../../text/language.ts';
import { servicesTexts } from './texts.ts';

export interface Force {
  readonly name: string;
  /** The key of a rule that has one, as the table has it. */
  readonly stored?: string | undefined;
  /** Null releases it. */
  readonly state: 'FORCED_OPEN' | 'FORCED_CLOSED' | null;
}

const ENDS = ['10m', '30m', '2h', '1d', ''] as const;

interface ForceDialogProps {
  service: string;
  force: Force;
  onClose: () => void;
}

export function ForceDialog({ service, force: { name, stored, state }, onClose }: ForceDialogProps) {
  const t = useTexts(servicesTexts);
  const [ends, setEnds] = useState<string>('30m');
  const [busy, run] = useAct();
  const text = state === null ? 'release' : state === 'FORCED_OPEN' ? 'forceOpen' : 'forceClosed';
  const act = async (reason: string) => {
    const body = {
      state,
      reason,
      ...(state === null || ends === '' ? {} : { for: ends }),
      ...(stored === undefined ? {} : { stored }),
    };
    const done = await run(
      () => send('POST', path`/v1/services/${service}/breakers/${name}/force`, body),
      t(`${text}Done`, { name }),
    );
    if (!done) return;
    onClose();
    await refreshed(path`/v1/services/${service}/breakers`);
  };
  return (
    <ReasonDialog
      title={t(`${text}Title`, { name: stored === undefined ? name : `${name} ${stored}` })}
      act={t(text)}
      danger={state === 'FORCED_OPEN'}
      busy={busy}
      onClose={onClose}
      onReason={(reason) => void act(reason)}
    >
      <p>{t(`${text}What`)}</p>
      {state === null ? null : (
        <label class="row">
          {t('forceFor')}
          <select value={ends} onChange={({ currentTarget }) => setEnds(currentTarget.value)}>
            {ENDS.map((one) => (
              <option key={one} value={one}>
                {t(`for.${one === '' ? 'ever' : one}`)}
              </option>
            ))}
          </select>
        </label>
      )}
    </ReasonDialog>
  );
}
