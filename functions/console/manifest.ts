// What the build of the console says of itself: `manifest.json` beside the files that it made.

export interface BuiltFile {
  readonly type: string;
  /** Of the uncompressed bytes, in hex. */
  readonly hash: string;
  readonly bytes: number;
  readonly brotliBytes: number;
  readonly gzipBytes: number;
}

/** Each file stands beside it three times: as it is, and with `.br` and `.gz` behind its name. */
export interface Manifest {
  /** The name of the page among the files. Every other one is an asset. */
  readonly page: string;
  readonly files: Readonly<Record<string, BuiltFile>>;
}
