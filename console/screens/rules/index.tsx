// The screen Rules: what every service may, must and must not do, and changing it with open eyes.
import { useTitle } from '../../attention.ts';
import { useTexts } from '../../text/language.ts';
import type { ScreenProps } from '../screen.ts';
import { Listing } from './listing.tsx';
import { ServiceRules } from './service.tsx';
import { subjectOf } from './subject.ts';
import { rulesTexts } from './texts.ts';

export default function Rules({ rest: [name] }: ScreenProps) {
  return (
    <div class="rules-screen">
      {name === undefined ? <All /> : <ServiceRules key={name} subject={subjectOf(name)} />}
    </div>
  );
}

function All() {
  const t = useTexts(rulesTexts);
  useTitle(t('rules'));
  return <Listing />;
}
