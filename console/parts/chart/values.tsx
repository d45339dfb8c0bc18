// A chart's values for who cannot see it, and for who wants to read them exactly.
import { useState } from 'preact/hooks';
import { useTexts } from '../../text/language.ts';
import { Time, dateTimeOf } from '../time.tsx';
import type { ChartBand, ChartLimit, ChartLine } from './data.ts';
import { chartTexts } from './texts.ts';

interface ShownValues {
  label: string;
  at: readonly number[];
  lines: readonly ChartLine[];
  format: (value: number) => string;
}

/** Each line with what it was at one moment, in a place of its own: nothing moves while values change. */
export function Legend({
  at,
  lines,
  limits,
  band,
  index,
  format,
}: Omit<ShownValues, 'label'> & {
  limits: readonly ChartLimit[];
  band: ChartBand | undefined;
  index: number;
}) {
  const moment = at[index];
  const valueAt = (values: ChartLine['values']) => {
    const value = values[index] ?? null;
    return value === null ? '–' : format(value);
  };
  return (
    <ul class="chart-legend">
      <li class="quiet number">{moment === undefined ? '–' : <Time at={moment} />}</li>
      {lines.map(({ key, title, colour, values, dash }) => (
        <li key={key}>
          <span class={`mark ${dash ? 'dash' : ''}`} style={{ color: `var(--${colour})` }} />
          {title} <b class="number">{valueAt(values)}</b>
        </li>
      ))}
      {band ? (
        <li>
          <span class="mark band" style={{ color: `var(--${band.colour})` }} />
          {band.title}{' '}
          <b class="number">
            {valueAt(band.low)} – {valueAt(band.high)}
          </b>
        </li>
      ) : null}
      {limits.map(({ title, value, colour }) => (
        <li key={title}>
          <span class="mark dash" style={{ color: `var(--${colour})` }} />
          {title} <b class="number">{format(value)}</b>
        </li>
      ))}
    </ul>
  );
}

/** The same as rows, newest first; made when it is opened. */
export function ValueTable({ label, at, lines, format }: ShownValues) {
  const t = useTexts(chartTexts);
  const [isOpen, setOpen] = useState(false);
  const rows = at.map((moment, i) => ({ moment, i })).reverse();
  return (
    <details class="chart-table" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t('table')}</summary>
      {isOpen ? (
        // It scrolls in itself, also by keyboard.
        <div tabIndex={0} role="region" aria-label={label}>
          <table>
            <caption class="unseen">{label}</caption>
            <thead>
              <tr>
                <th scope="col">{t('at')}</th>
                {lines.map(({ key, title }) => (
                  <th key={key} scope="col">
                    {title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ moment, i }) => (
                <tr key={moment}>
                  <th scope="row">{dateTimeOf(moment)}</th>
                  {lines.map(({ key, values }) => {
                    const value = values[i] ?? null;
                    return (
                      <td key={key} class="number">
                        {value === null ? '–' : format(value)}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </details>
  );
}
