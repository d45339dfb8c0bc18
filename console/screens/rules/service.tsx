// The rules of one service, or the baseline: edited, reviewed and published, rolled out, and what they were.
import { useTitle } from '../../attention.ts';
import { Tabs } from '../../parts/tabs.tsx';
import { Link, useParam } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import { useDraft } from './draft.ts';
import { Edit } from './edit.tsx';
import { History } from './history.tsx';
import { Review } from './review.tsx';
import { Rollout } from './rollout.tsx';
import { placeOf, VIEWS, type Subject } from './subject.ts';
import { rulesTexts } from './texts.ts';

export function ServiceRules({ subject }: { subject: Subject }) {
  const t = useTexts(rulesTexts);
  const [asked] = useParam('view', 'edit');
  const views = VIEWS.filter((view) => !(subject.isBaseline && view === 'rollout'));
  const view = views.find((one) => one === asked) ?? 'edit';
  const name = subject.isBaseline ? t('baseline') : subject.name;
  useTitle(`${name} · ${t('rules')}`);
  return (
    <>
      <div class="head">
        <h1>
          <Link to="/rules">{t('rules')}</Link> <span aria-hidden="true">›</span> {name}
        </h1>
      </div>
      <Tabs
        label={name}
        tabs={views.map((one) => ({ to: placeOf(subject, one), title: t(`view.${one}`), current: one === view }))}
      />
      {view === 'edit' ? <Editing subject={subject} /> : null}
      {view === 'diff' ? <Review subject={subject} /> : null}
      {view === 'rollout' ? <Rollout subject={subject} /> : null}
      {view === 'history' ? <History subject={subject} /> : null}
    </>
  );
}

function Editing({ subject }: { subject: Subject }) {
  return <Edit subject={subject} draft={useDraft(subject)} />;
}
