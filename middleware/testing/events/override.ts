// Changes any field of a built event, however deep, and leaves the rest as it was built.

/** Some of the fields of `T`, at any depth. A field given as `undefined` is taken out; lists are changed place by place. */
export type Override<T> = T extends readonly (infer Entry)[]
  ? readonly Override<Entry>[]
  : T extends object
    ? { readonly [Field in keyof T]?: Override<T[Field]> | undefined }
    : T;

export function overridden<T>(built: T, override: Override<T> | undefined): T {
  return merged(built, override) as T;
}

function merged(built: unknown, override: unknown): unknown {
  if (override === undefined) return built;
  if (Array.isArray(built) && Array.isArray(override)) {
    const places = Array.from({ length: Math.max(built.length, override.length) });
    return places.map((_, i) => merged(built[i] as unknown, override[i] as unknown));
  }
  if (!isObject(built) || !isObject(override)) return override;
  const fields = { ...built };
  for (const [name, value] of Object.entries(override)) {
    if (value === undefined) delete fields[name];
    else fields[name] = merged(built[name], value);
  }
  return fields;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}
