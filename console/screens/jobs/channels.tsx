// Which channels a check's alerts go to, of those that the routing of alerts has; and who is told where none is chosen.
import { useLive } from '../../api/live.ts';
import { Shown } from '../../parts/shown.tsx';
import { useTexts } from '../../text/language.ts';
import { toggled } from './check-draft.ts';
import { jobsTexts } from './texts.ts';

interface Channel {
  readonly name: string;
  readonly kind: string;
}

interface Owned {
  readonly service: string;
  readonly owner?: string;
}

interface ChannelsProps {
  /** Undefined where nobody has ever chosen any: then the owner of its service is told. */
  chosen: readonly string[] | undefined;
  /** As they stand in the check; undefined likewise. */
  before: readonly string[] | undefined;
  wrong: string | undefined;
  service: string;
  onChoose: (chosen: readonly string[] | undefined) => void;
}

export function Channels({ chosen, before, wrong, service, onChoose }: ChannelsProps) {
  const t = useTexts(jobsTexts);
  const live = useLive<{ readonly channels: readonly Channel[] }>('/api/v3/channels/', 60_000);
  const services = useLive<{ readonly services: readonly Owned[] }>('/v1/services?limit=200', 60_000).data?.services;
  const isUnowned = service !== '' && services?.every((one) => one.service !== service || one.owner === undefined);
  const byDefault = isUnowned ? t('toldUnowned', { service }) : t('toldOwner');
  return (
    <fieldset class="fields">
      <legend>{t('told')}</legend>
      <Shown of={live}>
        {({ channels }) => (
          <div class="row">
            {withMissing(channels, chosen ?? []).map(({ name, kind }) => (
              <label key={name} class="choice">
                <input
                  type="checkbox"
                  checked={chosen?.includes(name) ?? false}
                  onChange={() => onChoose(toggled(chosen, name, before))}
                />
                {name} {kind === '' ? null : <span class="quiet">{kind}</span>}
              </label>
            ))}
          </div>
        )}
      </Shown>
      <span class={wrong === undefined ? 'quiet' : 'wrong'} role={wrong === undefined ? undefined : 'alert'}>
        {wrong ?? (chosen === undefined ? byDefault : chosen.length === 0 ? t('toldNobody') : '')}
      </span>
      <span class="quiet">{t('toldBesides')}</span>
    </fieldset>
  );
}

/** What a check names and the routing has no more, or not for this key, can be taken away. */
const withMissing = (known: readonly Channel[], chosen: readonly string[]): readonly Channel[] => [
  ...known,
  ...chosen.filter((name) => known.every((one) => one.name !== name)).map((name) => ({ name, kind: '' })),
];
