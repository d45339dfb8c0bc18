// Everything that is watched, always in the same place: a glance finds what is not as it was.
import { State } from '../../parts/state.tsx';
import { Link } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import { KINDS_OF, type Area } from './situation.ts';
import { nowTexts } from './texts.ts';

export function Areas({ areas }: { areas: readonly Area[] }) {
  const t = useTexts(nowTexts);
  return (
    <section aria-labelledby="now-areas">
      <h2 id="now-areas" class="unseen">
        {t('areas')}
      </h2>
      <ul class="areas">
        {areas.map((area) => (
          <li key={area.name}>
            <Link to={placeOf(area)} title={area.doubt === undefined ? undefined : t(`doubt.${area.doubt}`)}>
              <span>{t(`area.${area.name}`)}</span>
              <State kind={area.kind}>
                {area.kind === 'warn' && area.name === 'coverage'
                  ? t('state.bare', { count: area.open })
                  : t(`state.${area.kind}`, { count: area.kind === 'off' ? area.all : area.open })}
              </State>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function placeOf({ name, kind }: Area): string {
  if (name === 'coverage') return '/services';
  if (name === 'jobs') return '/jobs';
  if (name === 'refusals' && kind === 'warn') return '/topology';
  const [only, ...others] = KINDS_OF[name];
  return only === undefined || others.length > 0 ? '/alerts' : `/alerts?kind=${only}`;
}
