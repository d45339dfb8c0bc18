// What the schema says of a place in the rules.
import { useTexts } from '../../../text/language.ts';
import type { Told } from '../text/schema.ts';
import { rulesTexts } from '../texts.ts';

const MOST_KINDS = 10;

export function ToldOf({ path, told: { description, kinds, since } }: { path?: readonly string[]; told: Told }) {
  const t = useTexts(rulesTexts);
  const shown = kinds.slice(0, MOST_KINDS);
  return (
    <div class="told">
      {path ? <code>{path.join(' › ')}</code> : null}
      {description === '' ? null : <span lang="en">{description}</span>}
      {shown.length === 0 ? null : (
        <span class="quiet">
          {shown.join(' | ')}
          {kinds.length > MOST_KINDS ? ' …' : ''}
        </span>
      )}
      {since === undefined ? null : <span class="quiet">{t('since', { version: since })}</span>}
    </div>
  );
}
