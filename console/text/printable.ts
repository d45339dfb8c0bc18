// What others wrote is shown with nothing in it that turns a line round: at the one door where Preact makes texts.
import { options } from 'preact';

/** As the command line has it (cli/printable.ts), but for what lays out lines. */
const OBEYED = /[\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]|(?![\t\n\r])\p{Cc}/gu;

/** Such characters as JSON writes them. */
export const printable = (text: string): string =>
  text.replace(OBEYED, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * From now on no text on the page has such characters, whoever wrote it and whatever element it stands in: a name may
 * hold the mark that ends its own isolation. What is edited (`value`) stays as it is, since it is sent back.
 */
export function printTexts(): void {
  options.vnode = (vnode) => {
    // A text is a node without a type.
    const { type, props } = vnode as { type: unknown; props: unknown };
    if (type === null && typeof props === 'string') (vnode as { props: unknown }).props = printable(props);
  };
}
