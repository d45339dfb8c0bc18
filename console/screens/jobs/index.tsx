// The screen Jobs: the list of jobs and checks, one of them, and the form by which checks are made and changed.
import type { ScreenProps } from '../screen.ts';
import { CheckForm, EditCheck } from './form.tsx';
import { JobPage } from './job.tsx';
import { JobList } from './list.tsx';

export default function Jobs({ rest }: ScreenProps) {
  const [id, view] = rest;
  return (
    <div class="jobs-screen stack">
      {id === undefined ? (
        <JobList />
      ) : id === 'new' ? (
        <CheckForm />
      ) : view === 'edit' ? (
        <EditCheck key={id} id={id} />
      ) : (
        <JobPage key={id} id={id} />
      )}
    </div>
  );
}
