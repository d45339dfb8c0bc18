// The screen Now.
import { useTitle } from '../../attention.ts';
import { pageTexts } from '../../texts.ts';
import { useTexts } from '../../text/language.ts';
import type { ScreenProps } from '../screen.ts';

export default function Now(_props: ScreenProps) {
  const t = useTexts(pageTexts);
  useTitle(t('now'));
  return <h1>{t('now')}</h1>;
}
