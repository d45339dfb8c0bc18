// Issuers that give tokens to everybody, with any audience: which of their claims say whose a token is. Pure.

export interface Owners {
  /** What others have there, too. */
  readonly strangers: string;
  /** What a pattern of each claim must begin with to be of one owner. */
  readonly claims: ReadonlyMap<string, RegExp>;
}

/** No pattern at all. */
const WHOLE = /^[^*]+$/;
/** An owner, and whatever is theirs. */
const THEIRS = /^[^*/]+\//;

const SHARED: readonly (readonly [RegExp, Owners])[] = [
  [
    /^https:\/\/token\.actions\.githubusercontent\.com\b/,
    {
      strangers: 'repositories',
      claims: new Map([
        ['repository', THEIRS],
        ['repository_id', WHOLE],
        ['repository_owner', WHOLE],
        ['repository_owner_id', WHOLE],
        ['sub', /^repo:[^*/]+\//],
      ]),
    },
  ],
  [
    /^https:\/\/gitlab\.com(\/|$)/,
    {
      strangers: 'projects',
      claims: new Map([
        ['project_path', THEIRS],
        ['project_id', WHOLE],
        ['namespace_path', /^([^*]+$|[^*/]+\/)/],
        ['namespace_id', WHOLE],
        ['sub', /^project_path:[^*/]+\//],
      ]),
    },
  ],
  [
    /^https:\/\/agent\.buildkite\.com(\/|$)/,
    {
      strangers: 'pipelines',
      claims: new Map([
        ['organization_slug', WHOLE],
        ['organization_id', WHOLE],
        ['sub', /^organization:[^*:]+:/],
      ]),
    },
  ],
  [
    /^https:\/\/app\.terraform\.io(\/|$)/,
    {
      strangers: 'workspaces',
      claims: new Map([
        ['terraform_organization_name', WHOLE],
        ['terraform_organization_id', WHOLE],
        ['sub', /^organization:[^*:]+:/],
      ]),
    },
  ],
  [
    /^https:\/\/accounts\.google\.com(\/|$)/,
    {
      strangers: 'accounts',
      claims: new Map([
        ['sub', WHOLE],
        ['hd', WHOLE],
        ['email', /^([^*]+$|\*@[^*]+$)/],
      ]),
    },
  ],
];

/** Undefined of an issuer that is one organisation's own. */
export function ownersOf(issuer: string): Owners | undefined {
  return SHARED.find(([pattern]) => pattern.test(issuer))?.[1];
}

/** The claims that are to say whose a token is and fit those of others too, unless one of them does not. */
export function openClaims({ claims }: Owners, when: Readonly<Record<string, string | string[]>>): string[] {
  const named = Object.keys(when).filter((claim) => claims.has(claim));
  const open = named.filter((claim) =>
    [when[claim] ?? []].flat().some((value) => value.includes('*') && !claims.get(claim)?.test(value)),
  );
  return open.length < named.length ? [] : open;
}
