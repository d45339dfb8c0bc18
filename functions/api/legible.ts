// Whether what people write for others can be read by them: characters that are seen, and none that bends the rest. Pure.

/** Whatever an emoji is put together of, it is seen as one. */
const EMOJI = /\p{RGI_Emoji}/gv;
/** Controls, marks of format and of direction, halves of characters, what Unicode does not know, separators of lines. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u;
/** Of these, what a text of several lines in any language has no use for. */
const BENDING = /[\p{Cs}\u202a-\u202e\u2066-\u2069]|(?![\t\n\r])\p{Cc}/u;
/** Not a space, nor what is drawn as nothing: fillers, selectors, the empty pattern of Braille. */
const SEEN = /[^\p{Z}\p{C}\p{DI}\u2800]/u;

/** What is wrong with a name; undefined of one that is seen as it is written. */
export function wrongWithName(name: string): string | undefined {
  if (!SEEN.test(name)) return 'has no character that is seen';
  const [unseen] = UNSEEN.exec(name.replace(EMOJI, '')) ?? [];
  return unseen === undefined ? undefined : `has ${codeOf(unseen)} in it, which nobody sees; leave it out`;
}

/** What is wrong with what is said in sentences. */
export function wrongWithProse(text: string): string | undefined {
  if (!SEEN.test(text)) return 'is blank; say why in a few words';
  const [bending] = BENDING.exec(text) ?? [];
  return bending === undefined
    ? undefined
    : `has ${codeOf(bending)} in it, which bends what stands beside it; leave it out`;
}

const codeOf = (char: string): string => `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
