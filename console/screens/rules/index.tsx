// The screen Rules.
import { useTitle } from '../../attention.ts';
import { pageTexts } from '../../texts.ts';
import { useTexts } from '../../text/language.ts';
import type { ScreenProps } from '../screen.ts';

export default function Rules(_props: ScreenProps) {
  const t = useTexts(pageTexts);
  useTitle(t('rules'));
  return <h1>{t('rules')}</h1>;
}
