// Whose rules in force a baseline would not allow.
import { Link } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { Violations } from './answers.ts';
import { placeOf, subjectOf } from './subject.ts';
import { rulesTexts } from './texts.ts';

interface ViolationListProps {
  violations: Violations['violations'] | undefined;
  cursor?: string | undefined;
}

export function ViolationList({ violations, cursor }: ViolationListProps) {
  const t = useTexts(rulesTexts);
  if (!violations) return null;
  if (violations.length === 0) return <p class="quiet">{t('noViolations')}</p>;
  return (
    <div class="stack">
      <h3>{t('violations')}</h3>
      <ul class="plainly">
        {violations.map(({ service, errors }) => (
          <li key={service}>
            <Link to={placeOf(subjectOf(service), 'edit')}>{service}</Link>
            <ul>
              {errors.map(({ path, reason }) => (
                <li key={path}>
                  <code>{path}</code> {reason}
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
      {cursor === undefined ? null : <p class="quiet">…</p>}
    </div>
  );
}
