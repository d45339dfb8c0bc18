// The screen Traces: the search, and one trace as a waterfall.
import type { ScreenProps } from '../screen.ts';
import { Search } from './search.tsx';
import { TraceView } from './trace.tsx';

export default function TracesScreen({ rest: [id] }: ScreenProps) {
  return <div class="traces-screen stack">{id === undefined ? <Search /> : <TraceView key={id} id={id} />}</div>;
}
