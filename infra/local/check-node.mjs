// Says plainly when Node is too old to run TypeScript as it is; plain JavaScript, so that any Node can say so.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `flyball needs Node 22.18 or newer, this is ${process.version} (${process.execPath}).\n` +
      'npm brings Node 24 along as the optional dependency "node": run `npm ci` again with optional dependencies on\n' +
      '(npm config get omit), or install Node 24 from https://nodejs.org, then repeat the command.\n',
  );
  process.exit(1);
}
