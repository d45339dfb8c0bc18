// Opens a trace whose id, or whose header, is at hand.
import { useId, useState } from 'preact/hooks';
import { go, to } from '../../router/router.tsx';
import { useTexts } from '../../text/language.ts';
import { traceTexts } from './texts.ts';
import { traceIdIn } from './trace-id.ts';

export function OpenById() {
  const t = useTexts(traceTexts);
  const id = useId();
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState(false);
  return (
    <form
      class="row open"
      onSubmit={(event) => {
        event.preventDefault();
        const found = traceIdIn(text);
        setWrong(found === undefined);
        if (found !== undefined) go(to`/traces/${found}`);
      }}
    >
      <input
        type="text"
        autocomplete="off"
        spellcheck={false}
        aria-label={t('find')}
        placeholder={t('findHint')}
        value={text}
        aria-invalid={wrong}
        aria-describedby={wrong ? id : undefined}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="submit">{t('open')}</button>
      {wrong ? (
        <span id={id} class="wrong" role="alert">
          {t('noId')}
        </span>
      ) : null}
    </form>
  );
}
