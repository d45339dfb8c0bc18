// IAM's wildcards: `*` is any run of characters, `?` is one.

/** Whether `text` is what `pattern` says; case counts. */
export function like(pattern: string, text: string): boolean {
  return regular(pattern, '[^]*').test(text);
}

/** Actions are compared without regard to case. */
export function likeAction(pattern: string, action: string): boolean {
  return like(pattern.toLowerCase(), action.toLowerCase());
}

/**
 * ARNs: a `*` within one of the parts between colons stays within it, one at the end of a part goes on beyond.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function likeArn(pattern: string, arn: string): boolean {
  return regular(pattern.replace(/\*(?=[^:*])/g, '\u0000'), '[^]*', '[^:]*').test(arn);
}

function regular(pattern: string, any: string, anyButColon = any): RegExp {
  const source = pattern.replace(/[.*+?^${}()|[\]\\\u0000]/g, (character) => {
    if (character === '*') return any;
    if (character === '?') return '[^]';
    return character === '\u0000' ? anyButColon : `\\${character}`;
  });
  return new RegExp(`^${source}$`, 'u');
}
