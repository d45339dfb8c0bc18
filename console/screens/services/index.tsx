// The screen Services.
import { useTitle } from '../../attention.ts';
import { pageTexts } from '../../texts.ts';
import { useTexts } from '../../text/language.ts';
import type { ScreenProps } from '../screen.ts';

export default function Services(_props: ScreenProps) {
  const t = useTexts(pageTexts);
  useTitle(t('services'));
  return <h1>{t('services')}</h1>;
}
