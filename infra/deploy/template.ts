// Takes out of the framework's template what says the same thing twice, so that cfn-lint has nothing to pass over.

interface Resource {
  DependsOn?: string | string[];
  readonly Properties?: unknown;
}

/** In place: drops each DependsOn that a property's Ref or Fn::GetAtt implies already (cfn-lint's W3005). */
export function tidyTemplate(template: { readonly Resources?: unknown }): void {
  for (const resource of Object.values((template.Resources ?? {}) as Record<string, Resource>)) {
    if (resource.DependsOn === undefined) continue;
    const implied = namedBy(resource.Properties);
    const left = [resource.DependsOn].flat().filter((id) => !implied.has(id));
    if (left.length > 0) resource.DependsOn = left;
    else delete resource.DependsOn;
  }
}

/** The ids that Ref and Fn::GetAtt name anywhere in a value. */
function namedBy(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, item] of Object.entries(value)) {
    if (key === 'Ref' && typeof item === 'string') found.add(item);
    else if (key === 'Fn::GetAtt' && Array.isArray(item)) found.add(String(item[0]));
    else if (key === 'Fn::GetAtt' && typeof item === 'string') found.add(item.split('.')[0] ?? '');
    else namedBy(item, found);
  }
  return found;
}
