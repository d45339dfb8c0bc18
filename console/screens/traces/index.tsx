// The screen Traces.
import { useTitle } from '../../attention.ts';
import { pageTexts } from '../../texts.ts';
import { useTexts } from '../../text/language.ts';
import type { ScreenProps } from '../screen.ts';

export default function Traces(_props: ScreenProps) {
  const t = useTexts(pageTexts);
  useTitle(t('traces'));
  return <h1>{t('traces')}</h1>;
}
