// Above the map: how it is shown, what is searched for, and which five minutes of the hour it tells of.
import { useId } from 'preact/hooks';
import { minuteOf, utcOf } from '../../parts/time.tsx';
import { useParam } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import { mapTexts } from './texts.ts';
import { endAt, stepOf, STEPS, type Shown } from './window.ts';

interface ControlsProps {
  listed: boolean;
  found: number | undefined;
  hidden: number;
  onArrange: () => void;
}

export function Controls({ listed, found, hidden, onArrange }: ControlsProps) {
  const t = useTexts(mapTexts);
  const id = useId();
  const [, setView] = useParam('view');
  const [words, setWords] = useParam('find');
  const [errors, setErrors] = useParam('errors');
  const [, setHidden] = useParam('hide');
  return (
    <div class="row controls">
      <div class="row views" role="group" aria-label={t('view')}>
        <button type="button" aria-pressed={!listed} onClick={() => setView('map')}>
          {t('asMap')}
        </button>
        <button type="button" aria-pressed={listed} onClick={() => setView('list')}>
          {t('asList')}
        </button>
      </div>
      <input
        type="search"
        aria-label={t('find')}
        placeholder={t('findHint')}
        value={words}
        onInput={({ currentTarget }) => setWords(currentTarget.value)}
      />
      <span class="quiet" role="status">
        {found === undefined ? '' : t('found', { count: found })}
      </span>
      <span class="row">
        <input
          id={id}
          type="checkbox"
          checked={errors === '1'}
          onChange={({ currentTarget }) => setErrors(currentTarget.checked ? '1' : '')}
        />
        <label for={id}>{t('errorsOnly')}</label>
      </span>
      {hidden === 0 ? null : (
        <button type="button" onClick={() => setHidden('')}>
          {t('hidden', { count: hidden })} · {t('showAll')}
        </button>
      )}
      {listed ? null : (
        <button type="button" class="plain" onClick={onArrange}>
          {t('arrange')}
        </button>
      )}
    </div>
  );
}

export function TimeTravel({ shown }: { shown: Shown }) {
  const t = useTexts(mapTexts);
  const [, setAt] = useParam('at');
  const said = `${minuteOf(shown.from)}–${minuteOf(shown.to)}`;
  const choose = (step: number) => setAt(step >= STEPS && !shown.older ? '' : endAt(shown.last, Math.min(step, STEPS)));
  return (
    <div class="row time-travel">
      <input
        type="range"
        min={1}
        max={STEPS}
        step={1}
        value={stepOf(shown)}
        aria-label={t('time')}
        aria-valuetext={shown.live ? `${said}, ${t('isLive')}` : said}
        onInput={({ currentTarget }) => choose(Number(currentTarget.value))}
      />
      <span class="number" title={`${utcOf(shown.from)} – ${utcOf(shown.to)}`}>
        {said}
      </span>
      {shown.live ? (
        <span class="quiet">{t('isLive')}</span>
      ) : (
        <button type="button" class="main" onClick={() => setAt('')}>
          {t('backToLive')}
        </button>
      )}
    </div>
  );
}
