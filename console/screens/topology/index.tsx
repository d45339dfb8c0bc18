// The screen Topology.
import { useTitle } from '../../attention.ts';
import { pageTexts } from '../../texts.ts';
import { useTexts } from '../../text/language.ts';
import type { ScreenProps } from '../screen.ts';

export default function Topology(_props: ScreenProps) {
  const t = useTexts(pageTexts);
  useTitle(t('topology'));
  return <h1>{t('topology')}</h1>;
}
