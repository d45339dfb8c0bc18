// What needs nobody, and is good to know: what refuses, what is paused, drills, gray revisions, functions that tell nothing.
import type { ComponentChildren } from 'preact';
import { percentOf, rateOf } from '../../parts/number.ts';
import { State, type Kind } from '../../parts/state.tsx';
import { Time } from '../../parts/time.tsx';
import { Link, to } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { Coverage, Faults, Pause, Service, Shed } from './answers.ts';
import { JobRow } from './job-rows.tsx';
import { NOTABLE_SHARE } from './refusals.ts';
import type { Situation } from './situation.ts';
import { nowTexts } from './texts.ts';

/** Of a sort; its screen has them all. */
const MOST_ROWS = 6;
const MOST_NAMES = 4;

interface KnowingProps {
  situation: Situation;
  shed: Shed | undefined;
  faults: Faults | undefined;
  services: readonly Service[];
  functions: Coverage['functions'];
}

export function Knowing({ situation: { late, refusals }, shed, faults, services, functions }: KnowingProps) {
  const t = useTexts(nowTexts);
  const drills = (faults?.services ?? []).flatMap(({ service, faults: of }) =>
    of.filter(({ inForce }) => inForce).map(({ name, until }) => ({ service, name, until })),
  );
  const grays = services.filter(({ gray }) => gray !== undefined);
  const { withoutTelemetry: bare = [], deployed = 0, unknown } = functions ?? {};
  const few = <One,>(all: readonly One[], place: string, row: (one: One) => ComponentChildren) => [
    ...all.slice(0, MOST_ROWS).map(row),
    all.length > MOST_ROWS ? (
      <li key={`more ${place}`}>
        <span />
        <Link to={place}>{t('more', { count: all.length - MOST_ROWS })}</Link>
      </li>
    ) : null,
  ];
  const rows: ComponentChildren[] = [
    shed?.pause ? (
      <Paused key="cell" pause={shed.pause} what={t('pausedAll', { priority: shed.pause.priority })} />
    ) : null,
    ...few(shed?.pause ? [] : (shed?.services ?? []), '/services', (pause) => (
      <Paused
        key={pause.service}
        pause={pause}
        service={pause.service}
        what={t('pausedOne', { service: pause.service, priority: pause.priority })}
      />
    )),
    faults?.stopped ? (
      <Known key="stopped" kind="held" word={t('drillWord')} place="/rules" what={t('stopped')}>
        {t('by', { name: faults.stopped.by, reason: faults.stopped.reason })}
      </Known>
    ) : null,
    ...few(drills, '/rules', ({ service, name, until }) => (
      <Known
        key={`${service} ${name}`}
        kind="warn"
        word={t('drillWord')}
        place={to`/rules/${service}`}
        what={t('drill', { service, name })}
      >
        {t('until')} <Time at={until} />
      </Known>
    )),
    ...few(late, '/jobs?status=late', (job) => <JobRow key={job.id} job={job} kind="warn" note={t('lateJob')} />),
    ...few(refusals, '/topology', ({ service, dependency = '', share, perSecond }) => (
      <Known
        key={`refused ${service} ${dependency}`}
        kind={share >= NOTABLE_SHARE ? 'warn' : 'off'}
        word={t('refusedWord')}
        place={to`/services/${service}`}
        what={service}
      >
        {t(dependency === '' ? 'refused' : 'refusedCall', {
          ...{ share: percentOf(share), rate: rateOf(perSecond), dependency },
        })}{' '}
        {t('lastMinutes')}
      </Known>
    )),
    ...few(grays, '/rules?only=waiting', ({ service, gray }) => (
      <Known
        key={`gray ${service}`}
        kind="held"
        word={t('grayWord')}
        place={to`/rules/${service}`}
        what={t('gray', { service, revision: gray?.revision ?? '' })}
      />
    )),
    bare.length > 0 ? (
      <Known
        key="bare"
        kind="warn"
        word={t('bareWord')}
        place="/services"
        what={t('bareFunctions', {
          count: bare.length,
          deployed,
          names: namesOf(bare, (count) => t('more', { count })),
        })}
      />
    ) : null,
    unknown === undefined ? null : (
      <Known key="unknown" kind="unknown" word={t('area.coverage')} place="/services" what={t('state.unknown')}>
        <span lang="en">{unknown}</span>
      </Known>
    ),
  ].filter((row) => row !== null);
  return rows.length === 0 ? null : (
    <section class="stack" aria-labelledby="now-knowing">
      <h2 id="now-knowing">{t('worthKnowing')}</h2>
      <ul class="alert-rows">{rows}</ul>
    </section>
  );
}

function namesOf(names: readonly string[], more: (count: number) => string): string {
  const rest = names.length - MOST_NAMES;
  return [...names.slice(0, MOST_NAMES), ...(rest > 0 ? [more(rest)] : [])].join(', ');
}

function Paused({ pause, service, what }: { pause: Pause; service?: string; what: string }) {
  const t = useTexts(nowTexts);
  const place = service === undefined ? '/services' : to`/services/${service}`;
  return (
    <Known kind="warn" word={t('pausedWord')} place={place} what={what}>
      {t('by', { name: pause.by, reason: pause.reason })} · {t('until')} <Time at={pause.until} />
    </Known>
  );
}

interface KnownProps {
  kind: Kind;
  word: string;
  place: string;
  what: string;
  children?: ComponentChildren;
}

function Known({ kind, word, place, what, children }: KnownProps) {
  return (
    <li>
      <State kind={kind}>{word}</State>
      <div class="what">
        <Link to={place}>{what}</Link>
        {children === undefined ? null : <span class="quiet">{children}</span>}
      </div>
    </li>
  );
}
