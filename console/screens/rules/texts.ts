// What the screen Rules says.
import { texts } from '../../text/language.ts';
import { editTexts } from './words/edit.ts';
import { reviewTexts } from './words/review.ts';
import { rolloutTexts } from './words/rollout.ts';

export const rulesTexts = texts(
  { ...editTexts.en, ...reviewTexts.en, ...rolloutTexts.en },
  { ...editTexts.zh, ...reviewTexts.zh, ...rolloutTexts.zh },
);
