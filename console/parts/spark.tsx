// A line the size of a word: how something went, for a glance.
export function Spark({ values, label }: { values: readonly (number | null)[]; label: string }) {
  const known = values.filter((value) => value !== null);
  const top = Math.max(...known, 0) || 1;
  const step = values.length > 1 ? 100 / (values.length - 1) : 0;
  let d = '';
  let drawing = false;
  values.forEach((value, i) => {
    if (value === null) drawing = false;
    else {
      d += `${drawing ? 'L' : 'M'}${(i * step).toFixed(1)} ${(21 - (value / top) * 20).toFixed(1)}`;
      if (!drawing && (values[i + 1] ?? null) === null) d += 'h0.5';
      drawing = true;
    }
  });
  return (
    <svg class="spark" viewBox="0 0 100 22" preserveAspectRatio="none" role="img" aria-label={label}>
      <path d={d} />
    </svg>
  );
}
