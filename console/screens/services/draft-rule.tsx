// Asks what the drawn limit is to be called, and makes it a rule of the draft.
import { useState } from 'preact/hooks';
import { path } from '../../api/client.ts';
import { refreshed, useLive } from '../../api/live.ts';
import { FormDialog } from '../../parts/dialog.tsx';
import { tellDone, useAct } from '../../parts/feedback.tsx';
import { Field } from '../../parts/field.tsx';
import { go, to } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import type { RuleDocument } from './answers.ts';
import { recordOf } from './applying.ts';
import { addThrottle } from './draft.ts';
import { ruleOf } from './limit-line.tsx';
import { freeName, rateText } from './limit.ts';
import { useService } from './one-service.ts';
import { servicesTexts } from './texts.ts';

const NAME = /^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/;

interface DraftRuleProps {
  service: string;
  resource: string;
  /** Per second. */
  limit: number;
  onClose: () => void;
}

export function DraftRule({ service, resource, limit, onClose }: DraftRuleProps) {
  const t = useTexts(servicesTexts);
  const draft = useLive<RuleDocument>(path`/v1/services/${service}/draft`);
  const known = useService(service).data?.draft;
  const taken = Object.keys(recordOf(draft.data?.['throttles']));
  const [typed, setTyped] = useState<string>();
  const [isShadow, setShadow] = useState(false);
  const [busy, run] = useAct();
  const name = typed ?? freeName(resource, taken);
  const wrong = !NAME.test(name) ? t('nameWrong') : taken.includes(name) ? t('nameTaken') : undefined;
  const make = async () => {
    const rule = { ...ruleOf(resource, limit), ...(isShadow ? { mode: 'shadow' as const } : {}) };
    const done = await run(async () => {
      const added = await addThrottle(service, name, rule);
      tellDone(t(added === 'kept' ? 'ruleMade' : 'ruleMadeAnew', { name }));
    });
    if (!done) return;
    void refreshed('/v1/services');
    go(`${to`/rules/${service}`}?view=diff`);
  };
  return (
    <FormDialog
      title={t('makeTitle')}
      act={t('makeDraft')}
      disabled={busy || (draft.data === undefined && draft.error?.status !== 404)}
      onClose={onClose}
      onSubmit={() => {
        if (wrong === undefined) void make();
      }}
    >
      <p>{t(resource === '' ? 'makeAll' : 'makeOf', { limit: rateText(limit), resource })}</p>
      {known && !known.inForce ? <p class="note warn">{t('draftBefore', { author: known.author })}</p> : null}
      <Field label={t('ruleName')} wrong={wrong}>
        {(control) => (
          <input
            {...control}
            value={name}
            maxLength={64}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        )}
      </Field>
      <label class="row">
        <input type="checkbox" checked={isShadow} onChange={({ currentTarget }) => setShadow(currentTarget.checked)} />
        {t('shadowFirst')}
      </label>
    </FormDialog>
  );
}
