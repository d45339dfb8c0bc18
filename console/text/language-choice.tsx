// Lets the viewer choose the page's language; the browser keeps it, and is asked for it until somebody has chosen.
import { pageTexts } from '../texts.ts';
import { speak, useLanguage, useTexts } from './language.ts';

export function LanguageChoice() {
  const t = useTexts(pageTexts);
  return (
    <select
      aria-label={t('language')}
      value={useLanguage()}
      onChange={({ currentTarget }) => speak(currentTarget.value === 'zh' ? 'zh' : 'en')}
    >
      <option value="en" lang="en">
        English
      </option>
      <option value="zh" lang="zh-Hans">
        简体中文
      </option>
    </select>
  );
}
