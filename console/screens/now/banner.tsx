// The verdict: well, waiting, in trouble or not to be known, each with a colour, a shape and words of its own.
import type { OpenAlerts } from '../../attention.ts';
import type { All } from '../../api/all.ts';
import type { Live } from '../../api/live.ts';
import { Shape, type Kind } from '../../parts/state.tsx';
import { Ago, Time } from '../../parts/time.tsx';
import { useTexts, type Tell } from '../../text/language.ts';
import type { Service } from './answers.ts';
import type { Situation, Verdict } from './situation.ts';
import { nowTexts } from './texts.ts';

const KINDS: Record<Verdict, Kind> = {
  loading: 'unknown',
  well: 'ok',
  waits: 'held',
  trouble: 'bad',
  unknown: 'unknown',
};

interface BannerProps {
  situation: Situation;
  alerts: Live<OpenAlerts>;
  telemetryUntil: string | undefined;
  services: All<Service> | undefined;
}

export function Banner({ situation, alerts, telemetryUntil, services }: BannerProps) {
  const t = useTexts(nowTexts);
  const { verdict, doubts } = situation;
  const kind = KINDS[verdict];
  const { lookedAt, warnings = [] } = alerts.data ?? {};
  // What the doubt about the tick says already is not said twice.
  const said = doubts.includes('tick') ? [] : warnings;
  const governed = services?.rows.filter(({ revision }) => revision !== undefined).length;
  return (
    <section class={`verdict ${kind}`} data-verdict={verdict}>
      <Shape kind={kind} />
      <div class="stack">
        <p class="headline" role="status">
          {headline(t, situation)}
        </p>
        {doubts.map((doubt) => (
          <p key={doubt}>{t(`doubt.${doubt}`)}</p>
        ))}
        {verdict === 'well' ? <p>{t('wellDetail')}</p> : null}
        {verdict === 'waits' ? <p>{t('waitsDetail', { count: situation.waiting.length })}</p> : null}
        {said.map((warning) => (
          <p key={warning} lang="en">
            {warning}
          </p>
        ))}
        <p class="quiet facts">
          {governed === undefined ? null : (
            <span>{t('services', { count: `${String(governed)}${services?.complete === false ? '+' : ''}` })}</span>
          )}
          {lookedAt === undefined ? null : (
            <span>
              {t('lookedAt')} <Ago at={lookedAt} />
            </span>
          )}
          {telemetryUntil === undefined ? null : (
            <span>
              {t('telemetryUntil')} <Time at={telemetryUntil} />
            </span>
          )}
        </p>
      </div>
    </section>
  );
}

function headline(t: Tell<keyof typeof nowTexts.en>, { verdict, needing, failing }: Situation): string {
  if (verdict !== 'trouble') return t(`verdict.${verdict}`);
  return t('verdict.trouble', { count: needing.length + failing.length });
}
