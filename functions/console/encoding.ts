// Which of the forms that a file has is sent: the one that `Accept-Encoding` likes best, RFC 9110 section 12.5.3. Pure.

export type Encoding = 'br' | 'gzip' | 'identity';

/** Of two that are liked as much, the smaller. */
const BY_SIZE: readonly Encoding[] = ['br', 'gzip', 'identity'];

/** Plain where nothing else may be sent, also to whom takes none of the three. */
export function encodingFor(accepted: string | undefined): Encoding {
  const weights = weightsIn(accepted ?? '');
  const [best = 'identity'] = BY_SIZE.filter((one) => weightOf(one, weights) > 0).sort(
    (a, b) => weightOf(b, weights) - weightOf(a, weights),
  );
  return best;
}

/** Plain may be sent unless it is refused; the others where they are named, by themselves or by `*`. */
function weightOf(encoding: Encoding, weights: ReadonlyMap<string, number>): number {
  const named = weights.get(encoding) ?? weights.get('*');
  // Behind whatever is named.
  return named ?? (encoding === 'identity' ? Number.MIN_VALUE : 0);
}

function weightsIn(header: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const part of header.split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    const q = weight === undefined ? 1 : Number(weight.slice(2));
    if (name !== '') weights.set(name === 'x-gzip' ? 'gzip' : name, q >= 0 && q <= 1 ? q : 0);
  }
  return weights;
}
