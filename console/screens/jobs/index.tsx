// The screen Jobs.
import { useTitle } from '../../attention.ts';
import { pageTexts } from '../../texts.ts';
import { useTexts } from '../../text/language.ts';
import type { ScreenProps } from '../screen.ts';

export default function Jobs(_props: ScreenProps) {
  const t = useTexts(pageTexts);
  useTitle(t('jobs'));
  return <h1>{t('jobs')}</h1>;
}
