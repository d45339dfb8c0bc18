// Which names a stage may have: it is part of every name that the stack gives, and the narrowest of them decide.

/** A bucket's name has 63 characters; what is not the stage's takes 44 in the Region with the longest name. */
const LONGEST = 16;

/** What is wrong with a stage for this command and what to do instead, or undefined when it may be used. */
export function whatIsWrongWithStage(stage: string, command: readonly string[]): string | undefined {
  if (!/^[a-z][a-z0-9-]*$/.test(stage) || stage.length > LONGEST) {
    return (
      `The stage "${stage}" cannot be part of the names of buckets, roles and queues: ` +
      `use at most ${String(LONGEST)} lower-case letters, digits and hyphens, a letter first, such as "prod".`
    );
  }
  if (command[0] === 'deploy' && stage === 'local') {
    return 'The stage "local" is the one on your machine (npm start). Name one to deploy, such as --stage dev.';
  }
  return undefined;
}
