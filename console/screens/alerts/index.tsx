// The screen Alerts.
import { useTitle } from '../../attention.ts';
import { pageTexts } from '../../texts.ts';
import { useTexts } from '../../text/language.ts';
import type { ScreenProps } from '../screen.ts';

export default function Alerts(_props: ScreenProps) {
  const t = useTexts(pageTexts);
  useTitle(t('alerts'));
  return <h1>{t('alerts')}</h1>;
}
